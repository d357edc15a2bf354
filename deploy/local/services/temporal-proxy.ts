import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Endpoint } from '../endpoints';
import type { PendingInstallation } from '../install/install-parts';
import type { StackSecurity } from '../security/stack-security';
import { SERVER_GRACE_MS, type Service } from '../service';

/** Caddy before the dev server of Temporal: it lets in only clients with a certificate of the authority. */
export async function temporalProxyService(
  { endpoint, ports, security }: { endpoint: Endpoint; ports: ProxyPorts; security: StackSecurity },
  installing: Pick<PendingInstallation, 'caddy'>,
  folder: string,
): Promise<Service> {
  const caddy = await installing.caddy;
  const settings = join(folder, 'Caddyfile');
  return {
    name: 'temporal-proxy',
    endpoint,
    ports: [ports.listens],
    command: [caddy, 'run', '--adapter', 'caddyfile', '--config', settings],
    env: { HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder },
    cwd: folder,
    prepare: async () => {
      await mkdir(folder, { recursive: true });
      await writeFile(settings, caddyfile(ports, security));
    },
    stopGraceMs: SERVER_GRACE_MS,
  };
}

/** Of 127.0.0.1. */
interface ProxyPorts {
  readonly listens: number;
  readonly forwardsTo: number;
}

function caddyfile({ listens, forwardsTo }: ProxyPorts, security: StackSecurity): string {
  const { certificate, key } = security.certificate('temporal');
  const values: Readonly<Record<string, number | string>> = {
    ...{ listens, forwardsTo },
    // Quoted, since a path may have spaces.
    ...{ certificate: `"${certificate}"`, key: `"${key}"`, authority: `"${security.authority}"` },
  };
  const template = readFileSync(join(__dirname, 'temporal-proxy.caddyfile'), 'utf8');
  return template.replaceAll(/<(\w+)>/g, (_, name: string) => String(values[name]));
}
