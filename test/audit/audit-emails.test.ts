import { expect, test } from "vitest";
import { AuditDesk, eventLine } from "../support/audit-desk.js";
import { describeOnEngines } from "../support/engines.js";

describeOnEngines("findings about students whom no table of users knows", (engine) => {
  test("name the student's own email, not the least of all", async () => {
    const desk = await AuditDesk.open(engine);
    try {
      const twin = { student: "zed", xp: 3, activity: "tw" };
      await desk.ingest("events.ndjson", [
        eventLine({ id: 1, student: "amy", at: "2025-03-01T08:00:00.000Z", xp: 2 }),
        eventLine({ ...twin, id: 2, at: "2025-03-01T08:00:00.000Z" }),
        eventLine({ ...twin, id: 3, at: "2025-03-01T08:00:30.000Z" }),
        eventLine({ ...twin, id: 3, at: "2025-03-01T08:00:30.000Z", xp: 4 }),
      ]);
      const found = (await desk.audit()).map(({ kind, studentId, email }) => ({ kind, studentId, email }));
      const about = { studentId: "zed", email: "zed@school.example" };
      expect(found).toHaveLength(2);
      expect(found).toEqual(
        expect.arrayContaining([
          { kind: "duplicate-event", ...about },
          { kind: "conflict", ...about },
        ]),
      );
    } finally {
      await desk.close();
    }
  });
});
