/** Broken on purpose, for drills: ends right after its start, before it listens. */
process.stderr.write('threads:broken-crash: this version crashes at start\n');
process.exitCode = 1;
