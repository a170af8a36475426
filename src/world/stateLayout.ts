/**
 * The number of the state's layout: the classes that checkpoints consist of, and their fields. It is raised
 * in every release whose layout differs from the last one's, because a checkpoint can only be read by a
 * program with the same layout. test/unit/world/layout.txt lists the classes and fields.
 */

export const STATE_LAYOUT = 1;
