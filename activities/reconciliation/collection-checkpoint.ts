import { readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { FactChecksum } from './fact-checksum';

const FILE = 'checkpoint.json';

const offsetsSchema = z.record(z.string(), z.string());

const positionSchema = z.object({
  /** Of all facts of the index. */
  indexed: z.string(),
  /** Which months were kept at the beginning; null: all, in one index. */
  retention: z.object({ expiredBefore: z.string().nullable(), droppedBefore: z.string().nullable() }).nullable(),
  /** Ids that are listed of the plan. */
  planned: z.number(),
  /** By topic and partition, the next offset. */
  offsets: z.record(z.string(), offsetsSchema),
  /** By index: its point in time, null if there is no such index, and after which document to read on. */
  documents: z.record(z.string(), z.object({ pit: z.string().nullable(), after: z.unknown(), isDone: z.boolean() })),
});
type Position = z.infer<typeof positionSchema>;

const checkpointSchema = positionSchema.extend({
  /** Bytes of the files with facts. */
  files: z.object({ readings: z.array(z.number()), windows: z.array(z.number()) }),
  facts: z.object({
    ...{ foreign: z.number(), rawBytes: z.number(), hasOverwritten: z.boolean() },
    windows: z.object({ firstMs: z.number(), lastMs: z.number() }).nullable(),
    later: z.object({ enriched: offsetsSchema, deadLetter: offsetsSchema }),
  }),
});
type Checkpoint = z.infer<typeof checkpointSchema>;
/** What `RecordFacts` has counted. */
export type SavedFacts = Readonly<Checkpoint['facts']>;

/** Before anything is read. */
export const NO_FACTS: SavedFacts = {
  ...{ foreign: 0, rawBytes: 0, hasOverwritten: false, windows: null },
  later: { enriched: {}, deadLetter: {} },
};

const NOTHING: Position = { indexed: '0', retention: null, planned: 0, offsets: {}, documents: {} };

/** Up to where topics and indices are read, and the facts that are on the disk; an attempt that follows a kill reads on. */
export class CollectionCheckpoint {
  readonly position: Position;
  /** Of all facts of the index. */
  readonly indexed: FactChecksum;

  private constructor(
    private readonly folder: string,
    /** Null at the beginning. */
    readonly saved: Pick<Checkpoint, 'files' | 'facts'> | null,
    position = structuredClone(NOTHING),
  ) {
    this.position = position;
    this.indexed = new FactChecksum(position.indexed);
  }

  /** Takes up what is in a folder, or empties it. */
  static async open(folder: string): Promise<CollectionCheckpoint> {
    const found = readCheckpoint(folder);
    if (found !== null) return new CollectionCheckpoint(folder, found, found);
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder);
    return new CollectionCheckpoint(folder, null);
  }

  /** Of a collection that begins anew after a kill. */
  static unsaved(): CollectionCheckpoint {
    return new CollectionCheckpoint('', null);
  }

  /** The next offset of a partition; null if nothing of it is read. */
  offset(topic: string, partition: string): string | null {
    return this.position.offsets[topic]?.[partition] ?? null;
  }

  /** Where the documents of an index are to be read on; null at its beginning. */
  document(index: string): Position['documents'][string] | null {
    return this.position.documents[index] ?? null;
  }

  /** As `passOffset`. */
  passDocuments(index: string, position: Position['documents'][string]): void {
    this.position.documents[index] = position;
  }

  /** To be called in the same turn of the event loop in which the facts of the records before are appended. */
  passOffset(topic: string, partition: string, next: string): void {
    const ofTopic = (this.position.offsets[topic] ??= {});
    ofTopic[partition] = next;
  }

  /** Replaces the file at once, so that a kill leaves this checkpoint or the one before. */
  save(files: Checkpoint['files'], facts: SavedFacts): void {
    const path = join(this.folder, FILE);
    const checkpoint: Checkpoint = { ...this.position, indexed: this.indexed.text, files, facts };
    writeFileSync(`${path}.new`, JSON.stringify(checkpoint));
    renameSync(`${path}.new`, path);
  }
}

/** Returns null if there is none, or if the files do not have what it says, as after a power loss. */
function readCheckpoint(folder: string): Checkpoint | null {
  try {
    const { data } = checkpointSchema.safeParse(JSON.parse(readFileSync(join(folder, FILE), 'utf8')));
    return data !== undefined && hasFiles(folder, data) ? data : null;
  } catch {
    return null;
  }
}

function hasFiles(folder: string, { files }: Checkpoint): boolean {
  return (['readings', 'windows'] as const).every((set) =>
    files[set].every((bytes, bucket) => bytes === 0 || statSync(join(folder, set, String(bucket))).size >= bytes),
  );
}
