import type { Client, estypes } from '@elastic/elasticsearch';
import type { Properties } from '../elasticsearch/index-mappings';
import { pipelineFailure } from '../contracts/failures';

/** Of a mapping with more problems, the first ones show what kind of index it is. */
const MAX_PROBLEMS = 5;

/**
 * Adds the fields that an index lacks.
 *
 * @throws IndexMisconfigured when its mapping is not strict, or has a field with another type
 */
export async function completeMapping(elasticsearch: Client, index: string, desired: Properties): Promise<void> {
  const { [index]: found } = await elasticsearch.indices.getMapping({ index });
  const existing: estypes.MappingTypeMapping = found?.mappings ?? {};
  const problems = mappingProblems(desired, existing);
  if (problems.length > 0) {
    throw pipelineFailure(
      'IndexMisconfigured',
      `Index ${index} does not have the mapping of its template: ${problems.slice(0, MAX_PROBLEMS).join('; ')}. ` +
        'Delete or rename the index, or give the pipeline another name.',
      { index },
    );
  }
  const missing = newProperties(desired, existing.properties ?? {});
  if (Object.keys(missing).length > 0) await elasticsearch.indices.putMapping({ index, properties: missing });
}

/** Returns what would index documents in another way than desired; missing fields are no problem, they can be added. */
export function mappingProblems(
  desired: Properties,
  { dynamic, properties = {} }: estypes.MappingTypeMapping,
): string[] {
  const types = typeProblems(desired, properties, '');
  return dynamic === 'strict' ? types : [`expected dynamic strict, got ${dynamic ?? 'true'}`, ...types];
}

function typeProblems(desired: Properties, existing: Properties, parent: string): string[] {
  return Object.entries(desired).flatMap(([name, field]) => {
    const found = existing[name];
    if (found === undefined) return [];
    const [wanted, got] = [typeOf(field), typeOf(found)];
    const path = `${parent}${name}`;
    if (wanted !== got) return [`expected ${path} of type ${wanted}, got ${got}`];
    return typeProblems(fieldsWithin(field), fieldsWithin(found), `${path}.`);
  });
}

/** Returns the desired fields that a mapping lacks, also within objects; existing ones are left out, even if they differ. */
export function newProperties(desired: Properties, existing: Properties): Properties {
  const missing = Object.entries(desired).flatMap(([name, field]): [string, Properties[string]][] => {
    const known = existing[name];
    if (known === undefined) return [[name, field]];
    const within = newProperties(fieldsWithin(field), fieldsWithin(known));
    return Object.keys(within).length === 0 ? [] : [[name, { properties: within }]];
  });
  return Object.fromEntries(missing);
}

/** Elasticsearch leaves out the type of an object. */
function typeOf(field: Properties[string]): string {
  return field.type ?? 'object';
}

function fieldsWithin(field: Properties[string]): Properties {
  return 'properties' in field ? (field.properties ?? {}) : {};
}
