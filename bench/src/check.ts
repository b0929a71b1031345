/**
 * `npm run bench:check [-- options of the benchmark]`: measures the product beside stock Apollo and fails when one of its
 * ratios is worse than the last recorded one by more than a tenth. Ratios alone are compared: they hold on any machine.
 */
import { readFile } from 'node:fs/promises';
import { runBench } from './bench.ts';
import { readOptions } from './options.ts';
import { compareRatios } from './compare.ts';
import { latestFile, type Results } from './results.ts';

const usual = ['--scenario', 'dashboard,point,list,search,mutation', '--peers', 'embedded,distributed'];

try {
  const options = readOptions([...usual, ...process.argv.slice(2)]);
  const recorded = JSON.parse(await readFile(latestFile, 'utf8')) as Results;
  const comparisons = compareRatios(recorded, await runBench(options));
  for (const { name, way, before, now, isLoss } of comparisons) {
    console.log(
      `${isLoss ? '✗' : '✓'} ${name}, ${way}: ${before.toFixed(2)} → ${now.toFixed(2)} of stock Apollo`,
    );
  }
  const losses = comparisons.filter(({ isLoss }) => isLoss).length;
  console.log(
    losses === 0 ? 'No ratio is worse than recorded.' : `${losses} of ${comparisons.length} are worse.`,
  );
  process.exitCode = losses === 0 && comparisons.length > 0 ? 0 : 1;
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
