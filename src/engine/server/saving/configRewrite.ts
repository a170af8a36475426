/** One CONFIG REWRITE: the client is answered when the new file has replaced the old one. */

import type { FileOp, FileResult } from '../../machine/machine.ts';
import { registerState } from '../../machine/state.ts';
import { FileReplacement } from '../../process/fileReplacement.ts';
import type { Server } from '../server.ts';
import type { Asker } from './asker.ts';
import type { Work } from './foreground.ts';

export class ConfigRewrite implements Work {
  private readonly server: Server;
  private readonly asker: Asker;
  private readonly text: string;
  private readonly replacement: FileReplacement;

  constructor(server: Server, path: string, asker: Asker) {
    this.server = server;
    this.asker = asker;
    this.text = server.configuration.rewritten();
    const temp = `${path}.${server.facts.pid}.tmp`;
    this.replacement = new FileReplacement(path, temp, Buffer.from(this.text, 'latin1'));
  }

  next(result: FileResult | undefined): FileOp | undefined {
    return this.replacement.next(result, (line) => this.server.log('warning', line));
  }

  ended(): void {
    const { server } = this;
    const { error } = this.replacement;
    if (error === undefined) {
      server.configuration.written(this.text);
      server.log('warning', 'CONFIG REWRITE executed with success.');
    } else {
      server.log('warning', `CONFIG REWRITE failed: ${error}`);
    }
    this.asker.answer(error === undefined ? undefined : `ERR Rewriting config file: ${error}`);
  }
}
registerState('ConfigRewrite', ConfigRewrite);
