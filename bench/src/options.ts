import { parseArgs } from 'node:util';
import { scenarioNames, type ScenarioName } from './scenarios.ts';
import { baseline, wayNames, type WayName } from './ways/index.ts';

/** What a run of the benchmark was asked for. */
export interface BenchOptions {
  readonly help: boolean;
  readonly scenarios: readonly ScenarioName[];
  readonly peers: readonly WayName[];
  readonly rounds: number;
  readonly seconds: number;
  readonly scale: number;
  /** Where the results are written, beside being shown. */
  readonly json: string | undefined;
}

export const help = `Measures CDX beside other ways to answer the same queries from the same databases.

  npm run bench                       everything, about an hour
  npm run bench -- [options]

  --scenario a,b   of ${scenarioNames.join(', ')} (all)
  --peers a,b      of ${wayNames.join(', ')} (all; ${baseline} is always there)
  --rounds N       rounds of each case, all ways in each (5)
  --seconds S      how long each way is measured in a round (4)
  --scale N        the size of the demo data (1)
  --json FILE      write the results there (bench/results/latest.json when everything is measured)
  --help           show this`;

/**
 * Reads the command line.
 * @throws Error in words for the user
 */
export function readOptions(args: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      help: { type: 'boolean', default: false },
      scenario: { type: 'string', default: scenarioNames.join(',') },
      peers: { type: 'string', default: wayNames.join(',') },
      rounds: { type: 'string', default: '5' },
      seconds: { type: 'string', default: '4' },
      scale: { type: 'string', default: '1' },
      json: { type: 'string' },
    },
  });
  const scenarios = among('--scenario', values.scenario, scenarioNames);
  const peers = among('--peers', values.peers, wayNames);
  return {
    help: values.help,
    scenarios,
    peers: wayNames.filter((name) => name === baseline || peers.includes(name)),
    rounds: positive('--rounds', values.rounds),
    seconds: positive('--seconds', values.seconds),
    scale: positive('--scale', values.scale),
    json: values.json,
  };
}

function among<Name extends string>(option: string, text: string, names: readonly Name[]): Name[] {
  const asked = text.split(',').map((name) => name.trim());
  const unknown = asked.find((name) => !names.some((known) => known === name));
  if (unknown !== undefined) throw new Error(`${option} knows no ${unknown}; there are ${names.join(', ')}`);
  return names.filter((name) => asked.includes(name));
}

function positive(option: string, text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new Error(`${option} ${text} is not possible; it must be a number above 0`);
  return value;
}
