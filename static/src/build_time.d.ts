// What the build puts in.
declare const BOX_VERSION: string;
declare module "*.css" {
  const text: string;
  export default text;
}
