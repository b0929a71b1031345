/** `npm run bench [-- options]`: measures all ways and prints a table and a chart for each case. */
import { writeFile } from 'node:fs/promises';
import { runBench } from './bench.ts';
import { help, readOptions } from './options.ts';
import { drawResults } from './report.ts';
import { latestFile } from './results.ts';
import { scenarioNames } from './scenarios.ts';
import { titles, wayNames } from './ways/index.ts';

try {
  const options = readOptions(process.argv.slice(2));
  if (options.help) {
    console.log(help);
  } else {
    const results = await runBench(options);
    console.log(drawResults(results, titles));
    const whole =
      options.scenarios.length === scenarioNames.length && options.peers.length === wayNames.length;
    const file = options.json ?? (whole ? latestFile : undefined);
    if (file !== undefined) await writeFile(file, `${JSON.stringify(results, null, 2)}\n`);
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
