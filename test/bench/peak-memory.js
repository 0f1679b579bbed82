// Loaded before a program that is measured: tells at its end how much memory it held, in kilobytes.
const { writeFileSync } = require('node:fs');

process.on('exit', () => {
  const file = process.env.STAGELINE_BENCH_PEAK;
  if (file) writeFileSync(file, String(process.resourceUsage().maxRSS));
});
