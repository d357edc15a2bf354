import fc from 'fast-check';
import { parseObject } from '../../../activities/contracts/json-object';
import { bytesDigest, documentDigest } from '../../../activities/reconciliation/content-digest';
import { seededRandom } from '../../support/seeded-random';
import { shuffledFields } from '../../support/shuffled-fields';

function digestOf(json: string): string {
  return documentDigest(parseObject(Buffer.from(json)) ?? {});
}

describe('documentDigest', () => {
  it('is the same for a value and for the document made from it, whatever it contains', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.jsonValue(), (content, provenance) => {
        delete content['provenance'];
        const value = JSON.stringify(content);
        const document = `{"provenance":${JSON.stringify(provenance)}${value === '{}' ? '' : ','}${value.slice(1)}`;
        expect(new Set([value, document, ` ${value}\n`].map(digestOf)).size).toBe(1);
      }),
    );
  });

  it('is the same in whatever order a writer puts the fields, at every depth', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.nat(), (content, seed) => {
        const value = JSON.stringify(content);
        const document = shuffledFields(parseObject(value) ?? {}, seededRandom(seed));
        expect(documentDigest(parseObject(JSON.stringify(document)) ?? {})).toBe(digestOf(value));
      }),
    );
    const nested = '{"a":{"c":[{"e":1,"f":2}],"d":3},"b":4}';
    expect(digestOf('{"b":4,"a":{"d":3,"c":[{"f":2,"e":1}]}}')).toBe(digestOf(nested));
  });

  it('is the same however a writer spells a number', () => {
    const spellings = ['{"n":1000}', '{"n":1000.0}', '{"n":1e3}', '{"n":1.0E3}', '{"n":10.00e+2}'];
    expect(new Set(spellings.map(digestOf)).size).toBe(1);
  });

  it('differs with every value, every name, and the place of a value in a list', () => {
    const texts = [
      '{"a":1,"b":2}',
      '{"a":2,"b":1}',
      '{"a":1,"b":"2"}',
      '{"a":1}',
      '{"a":1,"b":2.000001}',
      '{"a":1,"b":-2}',
      '{"a":1,"b":1e999}',
      '{"a":1,"b":null}',
      '{"a":1,"b":"null"}',
      '{"a":1,"b":false}',
      '{"a":[1,2]}',
      '{"a":[2,1]}',
      '{"a":[12]}',
      '{"a":["1,2"]}',
      '{"a":{"b":2}}',
      '{"a":{"provenance":2}}',
      '{"a":{}}',
      '{"a":[]}',
      '{"a,\\"b":1}',
      '{"__proto__":1}',
    ];
    expect(new Set(texts.map(digestOf)).size).toBe(texts.length);
  });
});

describe('bytesDigest', () => {
  it('distinguishes no value from an empty one', () => {
    expect(bytesDigest(null)).not.toBe(bytesDigest(Buffer.alloc(0)));
    expect(bytesDigest('')).toBe('47DEQpj8HBSa+/TImW+5JC');
  });
});
