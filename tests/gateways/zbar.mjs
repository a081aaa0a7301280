// ZBar, on pictures of grey: each comes as two numbers (width, height; 32 bits, least first) and its bytes. Answers one JSON line for each:
// what its codes say, as [kind, text].
import {scanGrayBuffer} from '@undecaf/zbar-wasm';

const parts = [];
for await (const part of process.stdin) parts.push(part);
const all = Buffer.concat(parts);
for (let at = 0; at < all.length;) {
  const [width, height] = [all.readUInt32LE(at), all.readUInt32LE(at + 4)];
  const end = at + 8 + width * height;
  const grey = new Uint8Array(all.subarray(at + 8, end));
  const found = await scanGrayBuffer(grey.buffer, width, height);
  console.log(JSON.stringify(found.map((symbol) => [symbol.typeName, symbol.decode()])));
  at = end;
}
