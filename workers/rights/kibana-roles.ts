import type { ElasticsearchRole } from './pipeline-rights';

/** A role of Kibana, as `PUT /api/security/role` takes it. */
export interface KibanaRole {
  readonly elasticsearch: ElasticsearchRole;
  readonly kibana: readonly {
    readonly base: readonly never[];
    readonly feature: Readonly<Record<string, readonly ('all' | 'read')[]>>;
    readonly spaces: readonly string[];
  }[];
}

const NO_ELASTICSEARCH: ElasticsearchRole = { cluster: [], indices: [] };

/**
 * Returns the roles in one space of Kibana 8.19 or later: `importer` is for a worker, which imports data views and a
 * dashboard, `reader` for people.
 *
 * @param reader - what readers may do in Elasticsearch
 */
export function kibanaRoles(
  space: string,
  reader: ElasticsearchRole,
): Readonly<Record<'importer' | 'reader', KibanaRole>> {
  const role = (elasticsearch: ElasticsearchRole, feature: KibanaRole['kibana'][number]['feature']): KibanaRole => ({
    elasticsearch,
    kibana: [{ base: [], feature, spaces: [space] }],
  });
  return {
    importer: role(NO_ELASTICSEARCH, { dashboard_v2: ['all'], indexPatterns: ['all'] }),
    reader: role(reader, { dashboard_v2: ['read'], discover_v2: ['read'] }),
  };
}

/** Returns the space that the address of a Kibana names. */
export function spaceOf(kibanaUrl: string): string {
  return /\/s\/([^/]+)/.exec(new URL(kibanaUrl).pathname)?.[1] ?? 'default';
}
