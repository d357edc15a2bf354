/**
 * Writes the CycloneDX bill of materials of all npm packages, Maven artifacts and Python wheels to `sbom.cdx.json`:
 * `npm run sbom`. It comes from `package-lock.json` and `deploy/local/versions.json` alone, and is checked against the
 * schema and for every checksum of both. With `--check` nothing is written.
 *
 * @module
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Spec, Validation } from '@cyclonedx/cyclonedx-library';
import { name as projectName } from '../package.json';
import versions from './local/versions.json';

const PROJECT = join(__dirname, '..');
const FILE = 'sbom.cdx.json';
const LOCK = 'package-lock.json';
const VERSIONS = 'deploy/local/versions.json';
const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;
const ALGORITHMS: Readonly<Record<string, string>> = { sha256: 'SHA-256', sha512: 'SHA-512' };

interface Hash {
  readonly alg: string;
  /** Hex. */
  readonly content: string;
}

interface Component {
  readonly type: 'library';
  readonly 'bom-ref': string;
  readonly group?: string;
  readonly name: string;
  readonly version: string;
  readonly purl: string;
  readonly hashes: readonly Hash[];
}

/** What `npm sbom` prints; it has more fields, which are kept. */
interface Bom {
  readonly metadata: { readonly component: { readonly name: string; readonly 'bom-ref': string } };
  readonly components: readonly Component[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[];
}

async function main(): Promise<void> {
  const bom = billOfMaterials();
  const text = `${JSON.stringify(bom, null, 2)}\n`;
  const errors: unknown = await new Validation.JsonStrictValidator(Spec.Version.v1dot5).validate(text);
  if (errors !== null) throw new Error(`The SBOM does not match the schema of CycloneDX: ${JSON.stringify(errors)}`);
  const missing = missingChecksums(bom);
  if (missing.length > 0) throw new Error(`The SBOM lacks these checksums of the lock files: ${missing.join(', ')}`);
  if (!process.argv.includes('--check')) writeFileSync(join(PROJECT, FILE), text);
  console.log(`${bom.components.length} components${process.argv.includes('--check') ? '' : ` in ${FILE}`}`);
}

function billOfMaterials(): Bom {
  const command = ['sbom', '--package-lock-only', '--sbom-format=cyclonedx'];
  const bom = JSON.parse(
    execFileSync('npm', command, { cwd: PROJECT, encoding: 'utf8', maxBuffer: MAX_OUTPUT_BYTES }),
  ) as Bom;
  const programs = programComponents();
  const { component } = bom.metadata;
  const root = component['bom-ref'];
  return {
    ...bom,
    // npm takes the name of the folder.
    metadata: { ...bom.metadata, component: { ...component, name: projectName } },
    components: [...bom.components, ...programs],
    dependencies: bom.dependencies.map(({ ref, dependsOn }) => {
      return { ref, dependsOn: ref === root ? [...dependsOn, ...programs.map((program) => program.purl)] : dependsOn };
    }),
  };
}

/** What the parts of the stack consist of; several of them have some artifacts in common. */
function programComponents(): Component[] {
  const parts: readonly { artifacts?: Record<string, string>; packages?: Record<string, string[]> }[] =
    Object.values(versions);
  const components = parts.flatMap(({ artifacts = {}, packages = {} }) => [
    ...Object.entries(artifacts).map(([coordinate, pin]) => mavenComponent(coordinate, pin)),
    ...Object.entries(packages).map(([requirement, pins]) => wheelComponent(requirement, pins)),
  ]);
  return [...new Map(components.map((component) => [component.purl, component])).values()];
}

/** @param coordinate - `group:artifact:version[:type[:classifier]]` */
function mavenComponent(coordinate: string, pin: string): Component {
  const [group = '', name = '', version = '', type, classifier] = coordinate.split(':');
  const qualifiers = new URLSearchParams({
    ...(classifier !== undefined && { classifier }),
    ...(type !== undefined && { type }),
  }).toString();
  const purl = `pkg:maven/${group}/${name}@${version}${qualifiers === '' ? '' : `?${qualifiers}`}`;
  return { type: 'library', 'bom-ref': purl, group, name, version, purl, hashes: [hashOf(pin)] };
}

/** @param requirement - `name==version`; it has a wheel, and so a pin, for each platform */
function wheelComponent(requirement: string, pins: readonly string[]): Component {
  const [name = '', version = ''] = requirement.split('==');
  const purl = `pkg:pypi/${name}@${version}`;
  return { type: 'library', 'bom-ref': purl, name, version, purl, hashes: pins.map(hashOf) };
}

/** @param pin - `<algorithm>:<hex digest>` */
function hashOf(pin: string): Hash {
  const [algorithm = '', content = ''] = pin.split(':');
  return { alg: ALGORITHMS[algorithm] ?? algorithm, content };
}

/** Looks at the texts of the files, not at what the components were made from. */
function missingChecksums({ components }: Bom): string[] {
  const found = new Set(components.flatMap(({ hashes }) => hashes.map(({ content }) => content)));
  const lock = readFileSync(join(PROJECT, LOCK), 'utf8').matchAll(/"integrity": "sha\d+-([^"]+)"/g);
  const pins = readFileSync(join(PROJECT, VERSIONS), 'utf8').matchAll(/\bsha\d+:([0-9a-f]+)/g);
  const checksums = [
    ...[...lock].map(([, base64 = '']) => Buffer.from(base64, 'base64').toString('hex')),
    ...[...pins].map(([, hex = '']) => hex),
  ];
  return [...new Set(checksums)].filter((checksum) => !found.has(checksum));
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
