export interface Reference {
  readonly type: 'index-pattern';
  readonly id: string;
  readonly name: string;
}

/** One line of an import file. */
export interface SavedObject {
  readonly type: 'index-pattern' | 'dashboard';
  readonly id: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly references: readonly Reference[];
  readonly managed: false;
  readonly coreMigrationVersion: string;
  readonly typeMigrationVersion: string;
}

/**
 * Kibana migrates an object up from the version it names, and refuses one that names a later version than its own. So
 * the lowest ones are taken that 8.19 writes itself; none at all would run the migrations of 7.x.
 */
const CORE_MIGRATION_VERSION = '8.8.0';
const TYPE_MIGRATION_VERSIONS = { 'index-pattern': '8.0.0', dashboard: '10.2.0' } as const;

/** An object as Kibana exports it. */
export function savedObject(
  type: SavedObject['type'],
  id: string,
  attributes: SavedObject['attributes'],
  references: readonly Reference[] = [],
): SavedObject {
  return {
    type,
    id,
    attributes,
    references,
    managed: false,
    coreMigrationVersion: CORE_MIGRATION_VERSION,
    typeMigrationVersion: TYPE_MIGRATION_VERSIONS[type],
  };
}
