/**
 * What the installation gives the servers. Absolute paths.
 *
 * A part whose server is external is not installed: its path is where it would stand, and nothing is there.
 */
export interface Installation {
  /** `java` of a full JDK 17 or newer. */
  readonly java: string;
  readonly javaHome: string;
  /** The `temporal` CLI. */
  readonly temporal: string;
  /** Folder of Kafka's jars. */
  readonly kafkaLibs: string;
  /** Unpacked Elasticsearch distribution; read-only, its configuration stands elsewhere. */
  readonly elasticsearchHome: string;
  /** `python` of a virtual environment that has pyspark. */
  readonly python: string;
  /** The four Kafka connector jars. */
  readonly sparkJars: readonly string[];
}

/** An installation under way: each path resolves as soon as what it leads to is there. */
export type PendingInstallation = { readonly [Field in keyof Installation]: Promise<Installation[Field]> } & {
  /** All of them; rejects once every client has ended and nothing half-done is left. */
  readonly all: Promise<Installation>;
};
