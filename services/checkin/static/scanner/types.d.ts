// The shapes that the scanner's modules share, and those that the server sends. Times: `..._at` of the server's rows are
// ISO strings; everywhere else an instant is a number of milliseconds.

export type Direction = "in" | "out";
export type Tone = "good" | "warn" | "bad";

export interface EventInfo {
  event_id: number;
  title: string;
  title_en?: string | null;
  timezone: string;
  zone: string;
}

// One agenda item, its times as instants.
export interface AgendaItem {
  id: number;
  title: string;
  title_en?: string | null;
  opens_at: number;
  starts_at: number;
  late_after: number;
  closes_at: number;
  ends_at: number;
}
export type Schedule = AgendaItem[];
type Times = "opens_at" | "starts_at" | "late_after" | "closes_at" | "ends_at";
export type AgendaItemRow = Omit<AgendaItem, Times> & Record<Times, string>;

export interface PersonRow {
  participant_id: string;
  ticket_id: string;
  revoked_ticket_ids: string[];
  code: string;
  name: string | null;
  status: string;
  status_at: string;
  organisation?: string | null;
  role?: string | null;
  group_number?: number | null;
  group_topic?: string | null;
  needs_assistance?: boolean;
  erased?: boolean;
}
export type Person = Omit<PersonRow, "status_at"> & { status_at: number; plain: string };

export interface PresenceRow {
  key: string;
  participant_id: string;
  session_id: number;
  arrived_at: string | null;
  left_at: string | null;
}

export interface WalkInAnswer {
  walk_in_id: string;
  outcome: string;
  reason?: string | null;
  participant_id?: string | null;
}
export interface WalkIn extends Partial<Omit<WalkInAnswer, "walk_in_id">> {
  walk_in_id: string;
  name: string | null;
  email?: string | null;
  organisation?: string | null;
  locale?: string;
  consent?: boolean;
  consent_at?: string;
  unsent: number;
}

// What stays of a roster's answer beside its rows.
export interface RosterInfo {
  event: EventInfo;
  schedule: { sessions: AgendaItemRow[] };
  keys: string;
  expected: number;
  revision: number;
  as_of: string;
  now: string;
  offset: number;
  etag: string | null;
}
export interface RosterRows {
  people: PersonRow[];
  presence: PresenceRow[];
}
export type RosterAnswer = RosterInfo & RosterRows & { walk_ins: WalkInAnswer[] };

// What a text that was scanned or typed names.
export interface TicketText {
  ticket_id?: string;
  expires_at?: number;
  code?: string;
  refused?: string;
}
export interface TicketStanding {
  revoked: boolean;
  expired: boolean;
}
export interface Stay {
  arrived_at: number;
  left_at: number | null;
}
export type History = Map<number, Stay[]>;
export interface Passage {
  at: number;
  direction: Direction;
  session_id: number | null;
  overridden: boolean;
  answered: string | null;
}
export interface Outcome {
  verdict: string;
  session_id: number | null;
  about: number | null;
}

// The person of a scan: exactly one of the three.
export interface Subject {
  ticket?: string;
  participant_id?: string;
  walk_in_id?: string;
}
// A verdict with the person that it is about.
export interface Judged {
  outcome: string;
  session_id: number | null;
  about: number | null;
  person: Person | null;
  subject: string | null;
}
export interface Scan extends Subject {
  scan_id: string;
  event_id: number;
  direction: Direction | "undo";
  undoes?: string;
  asked?: number | null;
  override_reason?: string | null;
  scanned_at: string;
  at: number;
  outcome: string;
  session_id: number | null;
  subject: string | null;
  unsent: number;
  name?: string | null;
  // Only on its way to the server: somebody waits for the answer.
  live?: boolean;
}
// The server's answer to one scan.
export interface ScanResult {
  scan_id: string;
  outcome: string;
  session_id?: number | null;
  at?: string | null;
  about?: string | null;
  participant_id?: string | null;
  name?: string | null;
  organisation?: string | null;
  role?: string | null;
  group_topic?: string | null;
  needs_assistance?: boolean;
}
// What the view shows.
export interface Result {
  scan_id: string;
  outcome: string;
  about: number | null;
  person: Partial<Pick<Person, "name" | "organisation" | "role" | "group_number" | "group_topic" | "needs_assistance">> | null;
  name?: string | null;
  session?: AgendaItem | null;
}
export interface Words {
  tone: Tone;
  sign: string;
  word: string;
  message: string;
}
export interface LastScan {
  scan: Scan;
  what: Subject;
  person: Person | null;
  until: number;
}

declare global {
  // Not in the standard library of types yet.
  interface MediaTrackCapabilities {
    torch?: boolean;
  }
  interface MediaTrackConstraintSet {
    torch?: boolean;
  }
}
