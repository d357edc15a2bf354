export interface Reference {
  readonly type: 'index-pattern';
  readonly id: string;
  readonly name: string;
}

/**
 * Kibana migrates an object from these versions and rejects one with later versions than its own. These are the lowest
 * that 8.19 writes itself; without them Kibana would run the migrations of 7.x.
 */
const CORE_MIGRATION_VERSION = '8.8.0';
const TYPE_MIGRATION_VERSIONS = { 'index-pattern': '8.0.0', dashboard: '10.2.0' } as const;

/** Returns an object in Kibana's export format: one line of an import file. */
export function savedObject(
  type: keyof typeof TYPE_MIGRATION_VERSIONS,
  id: string,
  attributes: object,
  references: readonly Reference[] = [],
): object {
  return {
    type,
    id,
    attributes,
    references,
    // Kibana then offers to duplicate the object instead of editing it, since the next import would overwrite an edit.
    // The import keeps this flag; Kibana respects it for dashboards since 8.11, for data views since 9.2.
    managed: true,
    coreMigrationVersion: CORE_MIGRATION_VERSION,
    typeMigrationVersion: TYPE_MIGRATION_VERSIONS[type],
  };
}
