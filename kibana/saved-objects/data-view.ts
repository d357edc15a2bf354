import type { Source } from '../model/source';
import { savedObject, type SavedObject } from './saved-object';

/** A data view over the aliases of all pipelines; Kibana asks Elasticsearch for its fields itself. */
export function dataView({ id, title, pattern, timeField }: Source): SavedObject {
  return savedObject('index-pattern', id, {
    title: pattern,
    name: title,
    timeFieldName: timeField,
    allowHidden: false,
    fields: '[]',
    fieldAttrs: '{}',
    fieldFormatMap: '{}',
    runtimeFieldMap: '{}',
    sourceFilters: '[]',
    typeMeta: '{}',
  });
}
