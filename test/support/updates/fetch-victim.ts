/** A program that fetches one file and may be killed at any moment: base, path, length, hash, to, cap. */
import { createDownloader } from '../../../agent/io/fetch/downloader.ts';

const [base = '', path = '', length = '', sha256 = '', to = '', cap = ''] = process.argv.slice(2);
const downloader = createDownloader({ base, boot: 'one', backoff: { minMs: 5, maxMs: 20 } });
const pace = cap === '' ? {} : { most: Number(cap) };
const signal = new AbortController().signal;
const began = performance.now();
const fetched = await downloader.fetch({ path, length: Number(length), sha256, to }, pace, signal);
process.stdout.write(`${JSON.stringify({ ...fetched, ms: performance.now() - began })}\n`);
