import { z } from 'zod';
import type { FieldMapping } from './field-mapping';
import type { FieldPlace } from './field-place';

const maskSchema = z.strictObject({
  mask: z.strictObject({
    keepLast: z.int().min(0).max(50).describe('Characters at the end that stay readable, if there are more'),
  }),
});
const ANY_RULE = 'expected "drop", "hash" or {"mask": {"keepLast": n}}';
const RULES_OF_DEVICE = 'expected "hash" or {"mask": {"keepLast": n}}, since a reading cannot be without a device';
const RULES_OF_ID = 'expected "hash", since ids must stay different from each other';

const anyRuleSchema = z
  .union([z.enum(['drop', 'hash'], { error: ANY_RULE }), maskSchema], { error: ANY_RULE })
  .describe(
    'drop: left out; hash: HMAC-SHA-256 in 32 hex digits, equal for equal texts; mask: *** and the last characters',
  );

/** Fields that must not leave the raw topic as they are. */
export const protectSchema = z
  .strictObject(
    {
      deviceId: z
        .union([z.literal('hash', { error: RULES_OF_DEVICE }), maskSchema], { error: RULES_OF_DEVICE })
        .optional(),
      eventId: z
        .literal('hash', { error: RULES_OF_ID })
        .optional()
        .describe('Whatever else is protected, event ids are hashed too'),
      text: anyRuleSchema.optional(),
      labels: z
        .union([anyRuleSchema, z.record(z.string(), anyRuleSchema)])
        .optional()
        .describe('Of all labels, or of some by name'),
    },
    { error: unknownField },
  )
  .refine((fields) => Object.keys(fields).length > 0, 'expected at least one of deviceId, eventId, text, labels')
  .describe(
    'What becomes of fields before a record leaves the raw topic; the worker needs the key that PROTECT_KEY_FILE names',
  );

type ProtectInput = z.infer<typeof protectSchema>;
type RuleInput = z.infer<typeof anyRuleSchema>;

export type ProtectRule =
  { readonly kind: 'drop' } | { readonly kind: 'hash' } | { readonly kind: 'mask'; readonly keepLast: number };

/** What the Spark job protects, and with which key. With any of it event ids are hashed, and dead letters keep no values. */
export interface Protection {
  /** Tells the key from others, so that a generation has one. */
  readonly keyFingerprint: string;
  readonly deviceId: ProtectRule | null;
  readonly text: ProtectRule | null;
  /** Of all labels. */
  readonly labels: ProtectRule | null;
  /** By name, if there is none of all. */
  readonly namedLabels: Readonly<Record<string, ProtectRule>>;
}

export function resolveProtection({ deviceId, text, labels }: ProtectInput, keyFingerprint: string): Protection {
  const isOfAll = typeof labels === 'string' || isMask(labels);
  const named =
    isOfAll || labels === undefined ? [] : Object.entries(labels).sort(([one], [other]) => (one < other ? -1 : 1));
  return {
    keyFingerprint,
    deviceId: resolveRule(deviceId),
    text: resolveRule(text),
    labels: isOfAll ? resolveRule(labels) : null,
    namedLabels: Object.fromEntries(named.map(([name, rule]) => [name, resolveRule(rule)])),
  };
}

/** Returns one line per problem of a protected field with the mapping: what was expected and what came. */
export function protectionProblems(
  { deviceId, text }: ProtectInput,
  fields: Pick<FieldMapping, 'deviceId' | 'text'>,
): string[] {
  const rules = { deviceId, text };
  const constants = (['deviceId', 'text'] as const).filter(
    (field) => rules[field] !== undefined && fields[field].kind === 'constant',
  );
  const isShared = (deviceId === undefined) !== (text === undefined) && overlap(fields.deviceId, fields.text);
  return [
    ...constants.map(
      (field) => `protect.${field}: expected a place in the record, got a constant, which stands in this input itself`,
    ),
    ...(isShared
      ? [
          'protect: expected deviceId and text both or neither, since they stand at one place of the record ' +
            'and one of them would show the other',
        ]
      : []),
  ];
}

function unknownField({ code, keys }: { readonly code?: string; readonly keys?: unknown }): string | undefined {
  if (code !== 'unrecognized_keys' || !Array.isArray(keys)) return undefined;
  return (
    `expected only deviceId, eventId, text and labels, got ${keys.join(', ')}: windows need numbers and times as they are; ` +
    'a value that nobody may see is taken out of measurements and dropped as a label'
  );
}

function isMask(rule: ProtectInput['labels']): rule is z.infer<typeof maskSchema> {
  return typeof rule === 'object' && maskSchema.safeParse(rule).success;
}

function resolveRule(rule: RuleInput): ProtectRule;
function resolveRule(rule: RuleInput | undefined): ProtectRule | null;
function resolveRule(rule: RuleInput | undefined): ProtectRule | null {
  if (rule === undefined) return null;
  return typeof rule === 'string' ? { kind: rule } : { kind: 'mask', keepLast: rule.mask.keepLast };
}

/** Whether two places read something in common. */
function overlap(one: FieldPlace, other: FieldPlace): boolean {
  if (one.kind === 'join') return one.parts.some((part) => overlap(part, other));
  if (other.kind === 'join') return overlap(other, one);
  if (one.kind === 'header') return other.kind === 'header' && one.name === other.name;
  if (one.kind === 'constant' || other.kind === 'constant' || one.kind !== other.kind) return false;
  return one.path.every((name, at) => at >= other.path.length || name === other.path[at]);
}
