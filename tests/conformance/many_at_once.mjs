// Runs a verifier's script many times in one process: `node many_at_once.mjs SCRIPT`, lists of arguments as JSON on
// standard input, the first verdict that each run wrote as JSON on standard output. Loading its libraries takes a script
// far longer than judging a badge. Every run is a fresh copy of the script (another address is another module).
import {readFileSync, writeSync} from 'node:fs';
import {resolve} from 'node:path';
import {pathToFileURL} from 'node:url';

const address = pathToFileURL(resolve(process.argv[2])).href, exit = process.exit, {fetch} = globalThis;
const ended = new Error('the script ended'), verdicts = [];
for(const [number, args] of JSON.parse(readFileSync(0)).entries()) {
  const said = [];
  process.argv = [process.argv[0], process.argv[1], ...args];
  process.exit = () => { throw ended; }; // whoever catches it says a second verdict, which does not count
  console.log = console.warn = line => said.push(String(line));
  globalThis.fetch = fetch;
  try { await import(`${address}?${number}`); } catch(error) { if(error !== ended) said.push(String(error?.stack ?? error)); }
  verdicts.push(said.find(line => /^(IN)?VALID /.test(line)) ?? said.join('\n'));
}
writeSync(1, JSON.stringify(verdicts));
exit(0);
