import { describe, expect, test } from "vitest";
import { blocksOf } from "../../../../test/support/caliper-lines.js";
import { lineDigest } from "../../../domain/values/digest.js";
import { type LineBatch, linesOf } from "../input/lines.js";
import type { InputLine, Position } from "../input/splitter.js";
import { batchesFrom, ResumeHash } from "./resume-hash.js";

const SIZES = [1, 3, 7, 100];
const text = "one\ntwo\n\nthréé\nfour";

/** As latin1, so that a test can write bytes that are not UTF-8. */
const read = (source: string, size = 100) => linesOf(blocksOf(Buffer.from(source, "latin1"), size), "in");

async function collected(batches: AsyncGenerator<LineBatch>): Promise<LineBatch[]> {
  const all: LineBatch[] = [];
  for await (const batch of batches) all.push(batch);
  return all;
}

/** The lines after a place, and the hash of those before it. */
async function resumed(source: string, place: Position, size?: number) {
  const before = new ResumeHash();
  let stops = 0;
  const stop = () => {
    stops += 1;
  };
  const [first, ...rest] = await collected(batchesFrom(read(source, size), { place, before, stop }));
  expect(first).toEqual({ lines: [], end: place });
  return { sha256: before.sha256(), lines: rest.flatMap(({ lines }) => lines), stops };
}

function sha256Of(lines: readonly InputLine[]): string {
  const before = new ResumeHash();
  for (const line of lines) before.add(line);
  return before.sha256();
}

const utf8 = Buffer.from(text).toString("latin1");

describe("a file that is resumed at a place", () => {
  test.each(SIZES)(
    "yields the rest, and the hash of the lines before, from the end of any batch (blocks of %d)",
    async (size) => {
      const whole = await collected(read(utf8, size));
      for (const [index, { end }] of whole.entries())
        for (const other of SIZES)
          expect(await resumed(utf8, end, other)).toMatchObject({
            sha256: sha256Of(whole.slice(0, index + 1).flatMap(({ lines }) => lines)),
            lines: whole.slice(index + 1).flatMap(({ lines }) => lines),
          });
    },
  );

  test("and has become shorter ends early, with another hash", async () => {
    const place = { byteOffset: 8, number: 3 };
    const shorter = await resumed("one\n", place);
    expect(shorter.lines).toEqual([]);
    expect(shorter.sha256).not.toBe((await resumed(utf8, place)).sha256);
  });

  test("is closed when the reader stops early", async () => {
    const batches = read(utf8);
    const passed = batchesFrom(batches, { place: { byteOffset: 9, number: 4 }, before: new ResumeHash(), stop() {} });
    await passed.next();
    await passed.return(undefined);
    expect(await batches.next()).toEqual({ done: true, value: undefined });
  });

  test("can be stopped before the place", async () => {
    expect((await resumed(utf8, { byteOffset: 9, number: 4 }, 1)).stops, "once a batch, until it is there").toBe(3);
    const stop = () => {
      throw new Error("stopped");
    };
    const place = { byteOffset: 9, number: 4 };
    await expect(collected(batchesFrom(read(utf8), { place, before: new ResumeHash(), stop }))).rejects.toThrow(
      "stopped",
    );
  });
});

describe("the hash of the lines before a place", () => {
  const place = { byteOffset: 11, number: 3 };
  const hashOf = async (source: string) => (await resumed(source, place)).sha256;

  test.each([
    ["a character", "one\ntwa\nbad\nrest"],
    ["the order", "two\none\nbad\nrest"],
    ["where a line starts", "one\n\ntwo\nbad\nrest"],
    ["a line that could not be read", "one\ntwo\nb\xffd\nrest"],
    ["what is kept of such a line", "one\ntwo\nb\xffa\nrest"],
  ])("differs for %s", async (_, source) => {
    const others = ["one\ntwo\nbad\nrest", "one\ntwo\nb\xffb\nrest"];
    for (const other of others) expect(await hashOf(source)).not.toBe(await hashOf(other));
  });

  test("does not depend on later lines", async () => {
    expect(await hashOf("one\ntwo\nbad\nrest")).toBe(await hashOf("one\ntwo\nbad\nanother\nrest"));
  });

  test("is made of digests that landing needs", () => {
    const line: InputLine = { kind: "text", file: "in", number: 1, byteOffset: 0, text: ' {"id":1} ' };
    expect(new ResumeHash().add(line)).toBe(lineDigest('{"id":1}'));
  });
});
