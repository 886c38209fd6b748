import { useEffect } from "react";

const SERVER = "https://comments.example.org";

/** The comments on a page; `url` names it, wherever it is shown. */
export default function Comments({ site, url, title }) {
  useEffect(() => {
    if (document.querySelector(`script[src="${SERVER}/embed.js"]`)) return;
    const script = document.createElement("script");
    Object.assign(script, { src: `${SERVER}/embed.js`, async: true });
    script.dataset.site = site;
    document.head.append(script);
  }, [site]);
  return <comment-thread data-site={site} data-url={url} data-title={title}></comment-thread>;
}
