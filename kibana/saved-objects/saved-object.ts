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
  /**
   * Kibana offers to duplicate the object instead of editing it, since the next import would overwrite an edit.
   * Its import keeps this flag; dashboards follow it from Kibana 8.11 on, data views from 9.2 on.
   */
  readonly managed: true;
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
    managed: true,
    coreMigrationVersion: CORE_MIGRATION_VERSION,
    typeMigrationVersion: TYPE_MIGRATION_VERSIONS[type],
  };
}
