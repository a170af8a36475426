/** The packaged extension in a real VS Code: code-server in Chromium, one for all stories. */

import { failoverStories } from './stories/failover.ts';
import { failureStories } from './stories/failure.ts';
import { historyStories } from './stories/history.ts';
import { replicationStories } from './stories/replication.ts';
import { windowStories } from './stories/windows.ts';
import { stories } from './support/story.ts';

const story = stories();
failoverStories(story);
replicationStories(story);
failureStories(story);
historyStories(story);
windowStories(story);
