/** The version of package.json; a test compares them. It stands here because recordings name it. */

export const VERSION = '0.1.0';
