import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseConfig } from './config-syntax';

const text = readFileSync(join(__dirname, '..', '..', '..', 'deploy', 'logstash', 'pipeline.conf'), 'utf8');

describe('the syntax of a Logstash configuration', () => {
  it('allows sections, plugins, hashes, arrays, numbers and conditions', () => {
    const config = 'input { a { n => 1.5 l => ["x", [2]] h => { "k" => v1 2 => "w" } c => json { } } }\n# end\n';
    expect(parseConfig(config)).toEqual([
      {
        section: 'input',
        body: [
          {
            plugin: 'a',
            attributes: [
              ['n', 1.5],
              ['l', ['x', [2]]],
              [
                'h',
                {
                  entries: [
                    ['k', 'v1'],
                    ['2', 'w'],
                  ],
                },
              ],
              ['c', { plugin: 'json', attributes: [] }],
            ],
          },
        ],
      },
    ]);
  });

  it.each([
    ['a brace that is not closed', /\}\s*$/, '\n'],
    ['a brace too many', /$/, '}\n'],
    ['another section', 'filter {', 'transform {'],
    ['an equals sign for an arrow', 'action =>', 'action ='],
    ['an option without a value', 'action => "index"', 'action =>'],
    ['a string that is not closed', '"${KAFKA_BROKERS}"', '"${KAFKA_BROKERS}'],
    ['an array without a comma', '["${PIPELINE_NAME}.enriched", ', '["${PIPELINE_NAME}.enriched" '],
    ['a comma between options', 'action => "index"', 'action => "index",'],
    ['a condition without brackets', 'if [@metadata][kafka][headers][pipeline-raw] {', 'if {'],
    ['an operator that is none', '=~ /', '~= /'],
    ['a field that is not closed', 'if [@metadata][refused] {', 'if [@metadata][refused {'],
    ['a pattern that is not closed', '/\\.enriched$/', '/\\.enriched$'],
    ['a hash without braces', 'convert => {', 'convert =>'],
    ['a comment with the wrong start', '# Adds the', '// Adds the'],
  ])('refuses %s', (_what, from, to) => {
    const mutant = text.replace(from, () => to);
    expect(mutant).not.toBe(text);
    expect(() => parseConfig(mutant)).toThrow(/^line \d+: expected .*, got /);
  });
});
