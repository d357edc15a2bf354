import type { Client, estypes } from '@elastic/elasticsearch';

export interface UserPasswords {
  /** Of `kibana_system`, which Kibana itself works as. */
  readonly kibana: string;
  /** Of `pipeline`, which workers work as. */
  readonly pipeline: string;
}

/** The user and the role of workers. */
const PIPELINE = 'pipeline';

/** Whatever pipelines have: their indices, aliases and reports, and nothing of Kibana's or of others. */
const PIPELINE_INDICES = ['pipeline.*'];

const PIPELINE_ROLE: { cluster: estypes.SecurityClusterPrivilege[]; indices: estypes.SecurityIndicesPrivileges[] } = {
  // Months are made of templates.
  cluster: ['monitor', 'manage_index_templates'],
  indices: [{ names: PIPELINE_INDICES, privileges: ['manage', 'read', 'write'] }],
};

/** Makes the user of workers and gives both users their passwords; repeating it changes nothing. */
export async function setUpUsers(elasticsearch: Client, { kibana, pipeline }: UserPasswords): Promise<void> {
  await elasticsearch.security.changePassword({ username: 'kibana_system', password: kibana });
  await elasticsearch.security.putRole({ name: PIPELINE, ...PIPELINE_ROLE });
  await elasticsearch.security.putUser({ username: PIPELINE, password: pipeline, roles: [PIPELINE] });
}
