import { useDoc } from "@docusaurus/plugin-content-docs/client";
import useDocusaurusContext from "@docusaurus/useDocusaurusContext";
import Footer from "@theme-original/DocItem/Footer";
import Comments from "../../../components/Comments.jsx";

export default function FooterWithComments(props) {
  const { siteConfig } = useDocusaurusContext();
  const { metadata } = useDoc();
  return (
    <>
      <Footer {...props} />
      <Comments site="blog" url={siteConfig.url + metadata.permalink} title={metadata.title} />
    </>
  );
}
