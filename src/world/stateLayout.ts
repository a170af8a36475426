/**
 * The number of the state's layout: the classes that checkpoints consist of, and their fields. It is raised
 * in every release whose layout differs from the last one's, because a checkpoint can be read only by a
 * program with the same layout. test/simulation/stateLayout.txt lists the classes and their fields.
 */

export const STATE_LAYOUT = 1;
