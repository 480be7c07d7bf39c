import { type RawBuilder, sql } from "kysely";
import type { Db } from "../../engine/session.js";
import { BYTES, madeTable, tempTable } from "../../engine/temp-table.js";
import { storedFactOf } from "../../facts/compare-facts.js";
import { FACT_COLUMNS } from "../../facts/fact-columns.js";
import { isSourceKey } from "../../facts/source-keys.js";
import { differencesByKey, expectedFacts } from "./expected-facts.js";

/** Stored facts that differ from the expected ones (`pays`: with XP other than 0). */
const unexpectedFacts = madeTable("unexpected_facts", ["student_id", "fact_key", "pays", "sources"]);

async function listUnexpected(db: Db): Promise<void> {
  await unexpectedFacts
    .createFrom(sql`
    select s.student_id, s.fact_key, coalesce(s.xp_earned, 0) <> 0 as pays, array_remove(s.sources, null) as sources
    from ${differencesByKey} u cross join ${storedFactOf} s`)
    .execute(db);
  await unexpectedFacts.index(db, ["student_id", "fact_key"]);
  await unexpectedFacts.analyze(db);
}

/** Expected facts of the students with any difference; those of others are not needed. */
export const expectedOfDiffering = madeTable("expected_facts", FACT_COLUMNS);

async function listExpected(db: Db): Promise<void> {
  await expectedOfDiffering
    .createFrom(sql`
    with differing as materialized (
      select stored_student as student_id from ${differencesByKey} where stored_student is not null
      union select student_id from ${differencesByKey} where student_id is not null)
    select * from ${expectedFacts(sql`f.student_id in (select student_id from differing)`)} f`)
    .execute(db);
  await expectedOfDiffering.index(db, ["student_id", "fact_key"]);
  await expectedOfDiffering.analyze(db);
}

/** Sources linked to an event, with the key of its fact. */
const linkedSources = madeTable("linked_sources", ["student_id", "source", "node"]);

/** The graph nodes of unexpected facts. */
export const factNodes = madeTable("fact_nodes", ["student_id", "fact_key", "pays", "node"]);

/**
 * Fills `factNodes`: the node of a linked result is its event, any other source is a node itself. A key in the form of source keys
 * counts as a source. So results linked to one event need no edges between them.
 */
async function listNodes(db: Db): Promise<void> {
  await linkedSources
    .createFrom(sql`
    select d.student_id, x.source, d.fact_key as node
    from ${expectedOfDiffering} d cross join unnest(d.sources) x(source)
    where cardinality(d.sources) > 1 and x.source <> d.fact_key and exists (select from ${unexpectedFacts})`)
    .execute(db);
  await linkedSources.analyze(db);
  await factNodes
    .createFrom(sql`
    select distinct o.student_id, o.fact_key, o.pays, coalesce(l.node, x.source) collate "C" as node
    from ${unexpectedFacts} o
    cross join unnest(o.sources || case when ${isSourceKey(sql`o.fact_key`)} or cardinality(o.sources) = 0
      then array[o.fact_key]::text[] else '{}' end) x(source)
    left join ${linkedSources} l on l.student_id = o.student_id and l.source = x.source`)
    .execute(db);
  await factNodes.index(db, ["student_id", "node"]);
  await factNodes.analyze(db);
}

/** The nodes of facts with XP and several nodes: these facts are the edges. */
const joiningNodes = madeTable("joining_nodes", ["student_id", "fact_key", "node"]);
/** The label of each joining node, equal within a connected component. */
const nodeLabels = madeTable("node_labels", ["student_id", "node", "label"]);

/** Propagates labels: each node, and each label as a node, gets the least label within a fact. */
const joinLabels = sql`
  with least as (
    select j.student_id, j.node, l.label, min(l.label) over (partition by j.student_id, j.fact_key) as found
    from ${joiningNodes} j join ${nodeLabels} l on l.student_id = j.student_id and l.node = j.node),
  better as (
    select student_id, node, min(found) as label from (
      select student_id, node, found from least union all select student_id, label, found from least) both_ends
    group by 1, 2)
  update ${nodeLabels} l set label = b.label from better b
  where b.student_id = l.student_id and b.node = l.node and b.label < l.label`;
const shortenChains = sql`
  update ${nodeLabels} l set label = up.label from ${nodeLabels} up
  where up.student_id = l.student_id and up.node = l.label and up.label < l.label`;

/**
 * Fills `nodeLabels`: all nodes of a connected component get the least of them in byte order as label. Only facts with several nodes
 * (written by another system, or out of date) join anything; shortening chains of labels keeps the rounds few.
 */
async function labelNodes(db: Db): Promise<void> {
  await joiningNodes
    .createFrom(sql`
    select student_id, fact_key, node from (
      select n.*, count(*) over (partition by student_id, fact_key) as nodes from ${factNodes} n where pays) counted
    where nodes > 1`)
    .execute(db);
  await nodeLabels.createFrom(sql`select distinct student_id, node, node as label from ${joiningNodes}`).execute(db);
  await nodeLabels.index(db, ["student_id", "node"]);
  await joiningNodes.analyze(db);
  await nodeLabels.analyze(db);
  while (((await joinLabels.execute(db)).numAffectedRows ?? 0n) > 0n) await shortenChains.execute(db);
}

/** The group of each unexpected fact. */
export const factGroups = madeTable("fact_groups", ["student_id", "fact_key", "fact_group"]);

async function listGroups(db: Db): Promise<void> {
  await factGroups
    .createFrom(sql`
    select distinct on (n.student_id, n.fact_key) n.student_id, n.fact_key, coalesce(l.label, n.node) as fact_group
    from ${factNodes} n
    left join ${nodeLabels} l on l.student_id = n.student_id and l.node = n.node
    left join ${expectedOfDiffering} d on d.student_id = n.student_id and d.fact_key = n.node
    order by n.student_id, n.fact_key, d.fact_key is not null desc, n.node = n.fact_key desc, n.node`)
    .execute(db);
  await factGroups.index(db, ["student_id", "fact_group"]);
  await factGroups.analyze(db);
}

/**
 * The facts of each group, stored (`stored`) and expected. A group holds the facts of both sides with the same sources, where the
 * sides differ. Each fact of either side is in at most one group, and a group is of one student.
 */
export const groupMembers = tempTable("group_members", {
  student_id: BYTES,
  fact_group: BYTES,
  fact_key: BYTES,
  stored: "boolean",
  xp: "numeric",
  occurred_at: "timestamptz",
});

const members: RawBuilder<unknown> = sql`
  with derived as (
    select d.student_id, coalesce(l.label, d.fact_key) as fact_group, d.fact_key, d.xp_earned, d.occurred_at,
      o.fact_key is not null as differs
    from ${expectedOfDiffering} d
    left join ${nodeLabels} l on l.student_id = d.student_id and l.node = d.fact_key
    left join ${differencesByKey} o on o.student_id = d.student_id and o.fact_key = d.fact_key),
  expected as (
    select d.* from derived d
    where differs or exists (select from ${factGroups} f where f.student_id = d.student_id and f.fact_group = d.fact_group))
  select f.student_id, f.fact_group, f.fact_key, true as stored, s.xp_earned as xp, s.occurred_at
  from ${factGroups} f
  join timeback.processed_facts s on s.student_id = f.student_id and s.fact_key = f.fact_key
  union all
  select student_id, fact_group, fact_key, sides.stored, xp_earned, occurred_at
  from expected cross join (values (true), (false)) sides(stored) where not (sides.stored and differs)`;

/** Fills `groupMembers`, `expectedOfDiffering` and the tables of groups and nodes. */
export async function groupFacts(db: Db): Promise<void> {
  await listUnexpected(db);
  await listExpected(db);
  await listNodes(db);
  await labelNodes(db);
  await listGroups(db);
  await groupMembers.createFrom(members).execute(db);
  await groupMembers.index(db, ["student_id", "fact_group"]);
  await groupMembers.analyze(db);
}

/** Creates the tables that the trial balance reads, empty, when no fact differs. */
export async function createEmptyGroups(db: Db): Promise<void> {
  await expectedOfDiffering.createFrom(sql`select * from ${differencesByKey}`).execute(db);
  await groupMembers.create(db);
}
