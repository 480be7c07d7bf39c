import { sql } from "kysely";
import type { Db } from "../../engine/session.js";
import { standingOf } from "../../facts/compare-facts.js";
import { isSourceKey } from "../../facts/source-keys.js";
import { calledFacts } from "./expected-facts.js";

/** The facts that stand and are not so called for (`pays`: with XP other than 0). */
async function listOdd(db: Db): Promise<void> {
  await sql`
    create temp table odd_facts as
    select s.student_id, s.fact_key, coalesce(s.xp_earned, 0) <> 0 as pays, array_remove(s.sources, null) as sources
    from pg_temp.unlike u cross join ${standingOf} s`.execute(db);
  await sql`create index on pg_temp.odd_facts (student_id, fact_key)`.execute(db);
  await sql`analyze pg_temp.odd_facts`.execute(db);
}

/** The facts that are called for of the students of whom anything is odd: for the others nothing needs to be looked up. */
const listCalled = (db: Db) =>
  sql`
    create temp table derived_facts as
    with odd as materialized (
      select standing_student as student_id from pg_temp.unlike where standing_student is not null
      union select student_id from pg_temp.unlike where student_id is not null)
    select * from ${calledFacts(sql`f.student_id in (select student_id from odd)`)} f`.execute(db);

/**
 * What each odd fact was made from, as nodes: a linked result's node is its event, any other source is its own. A key
 * in our form names a source too. Results linked to one event thus need no edges between them.
 */
async function listNodes(db: Db): Promise<void> {
  await sql`
    create temp table linked_sources as
    select d.student_id, x.source, d.fact_key as node
    from pg_temp.derived_facts d cross join unnest(d.sources) x(source)
    where cardinality(d.sources) > 1 and x.source <> d.fact_key and exists (select from pg_temp.odd_facts)`.execute(db);
  await sql`analyze pg_temp.linked_sources`.execute(db);
  await sql`
    create temp table fact_nodes as
    select distinct o.student_id, o.fact_key, o.pays, coalesce(l.node, x.source) collate "C" as node
    from pg_temp.odd_facts o
    cross join unnest(o.sources || case when ${isSourceKey(sql`o.fact_key`)} or cardinality(o.sources) = 0
      then array[o.fact_key]::text[] else '{}' end) x(source)
    left join pg_temp.linked_sources l on l.student_id = o.student_id and l.source = x.source`.execute(db);
  await sql`create index on pg_temp.fact_nodes (student_id, node)`.execute(db);
  await sql`analyze pg_temp.fact_nodes`.execute(db);
}

/**
 * Gives nodes that facts with XP name together one label, the least of them in byte order. Only facts of several nodes
 * (rows of another system, or out of date) join anything; labels of labels keep long chains to few rounds.
 */
async function labelNodes(db: Db): Promise<void> {
  await sql`
    create temp table joining as
    select student_id, fact_key, node from (
      select n.*, count(*) over (partition by student_id, fact_key) as nodes from pg_temp.fact_nodes n where pays) counted
    where nodes > 1`.execute(db);
  await sql`
    create temp table node_labels as
    select distinct student_id, node, node as label from pg_temp.joining`.execute(db);
  await sql`create index on pg_temp.node_labels (student_id, node)`.execute(db);
  await sql`analyze pg_temp.joining, pg_temp.node_labels`.execute(db);
  const join = sql`
    with least as (
      select j.student_id, j.node, l.label, min(l.label) over (partition by j.student_id, j.fact_key) as found
      from pg_temp.joining j join pg_temp.node_labels l on l.student_id = j.student_id and l.node = j.node),
    better as (
      select student_id, node, min(found) as label from (
        select student_id, node, found from least union all select student_id, label, found from least) both_ends
      group by 1, 2)
    update pg_temp.node_labels l set label = b.label from better b
    where b.student_id = l.student_id and b.node = l.node and b.label < l.label`;
  const shorten = sql`
    update pg_temp.node_labels l set label = up.label from pg_temp.node_labels up
    where up.student_id = l.student_id and up.node = l.label and up.label < l.label`;
  while (((await join.execute(db)).numAffectedRows ?? 0n) > 0n) await shorten.execute(db);
}

/** Makes the tables of `gatherFamilies` and `judgeFamilies` where no fact is odd. */
export async function noFamilies(db: Db): Promise<void> {
  await sql`
    create temp table derived_facts as select * from pg_temp.unlike;
    create temp table family_members (student_id text collate "C", family text collate "C", fact_key text collate "C", stands boolean, xp numeric);
    create temp table family_kinds (student_id text collate "C", family text collate "C", kind text)`.execute(db);
}

/**
 * Fills `pg_temp.family_members` (`student_id`, `family`, `fact_key`, `stands`, `xp`, `occurred_at`): the standing facts
 * (`stands`) and the called-for facts that speak of the same sources, for every family in which the two sides differ.
 * A fact of either side is in one family at most; families stay within a student. Needs the ground of the audit.
 * Makes `pg_temp.derived_facts`, the facts that are called for of the students of whom anything is odd.
 */
export async function gatherFamilies(db: Db): Promise<void> {
  await listOdd(db);
  await listCalled(db);
  await sql`create index on pg_temp.derived_facts (student_id, fact_key)`.execute(db);
  await sql`analyze pg_temp.derived_facts`.execute(db);
  await listNodes(db);
  await labelNodes(db);
  await sql`
    create temp table fact_families as
    select distinct on (n.student_id, n.fact_key) n.student_id, n.fact_key, coalesce(l.label, n.node) as family
    from pg_temp.fact_nodes n
    left join pg_temp.node_labels l on l.student_id = n.student_id and l.node = n.node
    left join pg_temp.derived_facts d on d.student_id = n.student_id and d.fact_key = n.node
    order by n.student_id, n.fact_key, d.fact_key is not null desc, n.node = n.fact_key desc, n.node`.execute(db);
  await sql`create index on pg_temp.fact_families (student_id, family)`.execute(db);
  await sql`analyze pg_temp.fact_families`.execute(db);
  await sql`
    create temp table family_members as
    with derived as (
      select d.student_id, coalesce(l.label, d.fact_key) as family, d.fact_key, d.xp_earned, d.occurred_at,
        o.fact_key is not null as odd
      from pg_temp.derived_facts d
      left join pg_temp.node_labels l on l.student_id = d.student_id and l.node = d.fact_key
      left join pg_temp.unlike o on o.student_id = d.student_id and o.fact_key = d.fact_key),
    called as (
      select d.* from derived d
      where odd or exists (select from pg_temp.fact_families f where f.student_id = d.student_id and f.family = d.family))
    select f.student_id, f.family, f.fact_key, true as stands, s.xp_earned as xp, s.occurred_at
    from pg_temp.fact_families f
    join timeback.processed_facts s on s.student_id = f.student_id and s.fact_key = f.fact_key
    union all
    select student_id, family, fact_key, sides.stands, xp_earned, occurred_at
    from called cross join (values (true), (false)) sides(stands) where not (sides.stands and odd)`.execute(db);
  await sql`create index on pg_temp.family_members (student_id, family)`.execute(db);
  await sql`analyze pg_temp.family_members`.execute(db);
}
