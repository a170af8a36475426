/**
 * A row of a tree view as plain data: the models create it, the views show it.
 *
 * Invariant: `id` is stable for the same thing, so that VS Code keeps selection and expansion;
 * `context` is a list of words that `when` clauses look for.
 */

export type Tint = 'good' | 'bad' | 'warning' | 'plain';

export interface TreeEntry {
  readonly id: string;
  readonly label: string;
  readonly description: string;
  /** Plain text, one fact per line. */
  readonly tooltip: string;
  /** A codicon. */
  readonly icon: string;
  readonly tint: Tint;
  /** `server running replica`: kind, state and role, on which the menus depend. */
  readonly context: string;
  /** The sandbox it belongs to. */
  readonly sandbox: number;
  /** Name of the node; empty for a row that is not a node. */
  readonly node: string;
  readonly children: readonly TreeEntry[];
  readonly isExpanded: boolean;
}
