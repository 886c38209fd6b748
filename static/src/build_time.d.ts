// What the build puts in.
declare const BOX_VERSION: string;
declare const BOX_INTEGRITY: string;
declare const ACTIONS_VERSION: string;
declare const ACTIONS_INTEGRITY: string;
declare const WORDS_VERSION: string;
declare module "*.css" {
  const text: string;
  export default text;
}
