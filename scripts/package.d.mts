/** Types of package.mjs, for the e2e tests. */

export const VSIX: string;
export function packageExtension(folder?: string, vsix?: string): Promise<number>;
