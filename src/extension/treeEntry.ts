/**
 * A line of a tree view as plain data: what the models make and the views show.
 *
 * Invariant: `id` is the same for the same thing as long as it exists, so that VS Code keeps
 * selection and expansion; `context` is a list of words that `when` clauses look for.
 */

export type Tint = 'good' | 'bad' | 'warning' | 'plain';

export interface TreeEntry {
  readonly id: string;
  readonly label: string;
  readonly description: string;
  /** Plain text, a fact a line. */
  readonly tooltip: string;
  /** A codicon. */
  readonly icon: string;
  readonly tint: Tint;
  /** `server running replica`: role, state and what else a menu depends on. */
  readonly context: string;
  /** The sandbox it belongs to. */
  readonly sandbox: number;
  /** Name of the node; empty for what is none. */
  readonly node: string;
  readonly children: readonly TreeEntry[];
  readonly isExpanded: boolean;
}
