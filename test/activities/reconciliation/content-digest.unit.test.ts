import fc from 'fast-check';
import { parseObject } from '../../../activities/contracts/json-object';
import { bytesDigest, documentDigest } from '../../../activities/reconciliation/content-digest';

describe('documentDigest', () => {
  it('is the same for a value and for the document made from it, whatever it contains', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.jsonValue(), (content, provenance) => {
        delete content['provenance'];
        const value = JSON.stringify(content);
        const document = `{"provenance":${JSON.stringify(provenance)}${value === '{}' ? '' : ','}${value.slice(1)}`;
        const digests = [value, document, ` ${value}\n`].map((text) =>
          documentDigest(parseObject(Buffer.from(text)) ?? {}),
        );
        expect(new Set(digests).size).toBe(1);
      }),
    );
  });

  it('differs with every value, every name and the order of names', () => {
    const texts = [
      '{"a":1,"b":2}',
      '{"b":2,"a":1}',
      '{"a":1,"b":"2"}',
      '{"a":1}',
      '{"a":1,"b":2.000001}',
      '{"__proto__":1}',
    ];
    const digests = texts.map((text) => documentDigest(parseObject(Buffer.from(text)) ?? {}));
    expect(new Set(digests).size).toBe(texts.length);
  });
});

describe('bytesDigest', () => {
  it('distinguishes no value from an empty one', () => {
    expect(bytesDigest(null)).not.toBe(bytesDigest(Buffer.alloc(0)));
    expect(bytesDigest('')).toBe('47DEQpj8HBSa+/TImW+5JC');
  });
});
