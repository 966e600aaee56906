"""Main-content extraction by one peer in Python: `child_extract.py PEER < PAGES > TEXTS`.

JSON lines `{"id", "url"?, "lang"?, "html"}` to `{"id", "text"}`. A page that a peer fails on counts as empty; how many
there were is told on standard error.
"""
import re, sys

import orjson

# What jusText calls the languages that pages state.
STOPLISTS = dict(en="English", de="German", es="Spanish", fr="French", pl="Polish", pt="Portuguese", it="Italian",
                 nl="Dutch", ru="Russian", el="Greek", id="Indonesian", tr="Turkish", ar="Arabic", fa="Persian",
                 vi="Vietnamese", cs="Czech", sv="Swedish", ko="Korean", hi="Hindi", uk="Ukrainian")
DECLARED = re.compile(r"""<html[^>]{0,999}?\blang\s*=\s*["']?([a-z]{2})""", re.IGNORECASE)
BLOCKS = frozenset("address article aside blockquote br center dd details div dl dt fieldset figcaption figure footer form "
                   "h1 h2 h3 h4 h5 h6 header hr li main nav ol option p pre section summary table td th tr ul".split())


def trafilatura():
    """Without comments, which cost more on articles than they give on forums."""
    from trafilatura import extract
    return lambda page: extract(page["html"], include_comments=False)


def trafilatura_recall():
    """The same, when in doubt for keeping."""
    from trafilatura import extract
    return lambda page: extract(page["html"], include_comments=False, favor_recall=True)


def resiliparse():
    """Main content without comments and without descriptions of images: both cost more than they give."""
    from resiliparse.extract.html2text import extract_plain_text
    from resiliparse.parse.html import HTMLTree
    return lambda page: extract_plain_text(HTMLTree.parse(page["html"]), main_content=True, comments=False,
                                           alt_texts=False)


def readability_lxml():
    """Gives HTML; its text is taken with a line a block, so that words of neighbouring blocks stay apart."""
    import lxml.html
    from readability import Document

    def text(page):
        tree = lxml.html.fromstring(Document(page["html"]).summary(html_partial=True))
        for element in tree.iter():
            if element.tag in BLOCKS:
                element.text = "\n" + (element.text or "")
                element.tail = "\n" + (element.tail or "")
        return tree.text_content()

    return text


def justext():
    """With the stoplist of the language that data or page state, English where neither does; where there is no stoplist
    for it, without any, as its documentation says."""
    import justext as module
    known = module.get_stoplists()

    def text(page):
        declared = DECLARED.search(page["html"])
        name = STOPLISTS.get(page.get("lang") or (declared[1].lower() if declared else "en"))
        if name in known:
            paragraphs = module.justext(page["html"], stoplist(name))
        else:
            paragraphs = module.justext(page["html"], frozenset(), stopwords_low=0, stopwords_high=0)
        return "\n\n".join(paragraph.text for paragraph in paragraphs if not paragraph.is_boilerplate)

    lists = {}

    def stoplist(name):
        if name not in lists:
            lists[name] = module.get_stoplist(name)
        return lists[name]

    return text


PEERS = {"trafilatura": trafilatura, "trafilatura recall": trafilatura_recall, "resiliparse": resiliparse,
         "readability-lxml": readability_lxml, "jusText": justext}


def main():
    extract = PEERS[sys.argv[1]]()
    failed = 0
    for line in sys.stdin.buffer:
        page = orjson.loads(line)
        try:
            text = extract(page) or ""
        except Exception:
            text, failed = "", failed + 1
        sys.stdout.buffer.write(orjson.dumps({"id": page["id"], "text": text.encode("utf-8", "replace").decode()}) + b"\n")
    if failed:
        print(f"pages that failed: {failed}", file=sys.stderr)


if __name__ == "__main__":
    main()
