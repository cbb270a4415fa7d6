"""Template tags for emails; the same template produces text and HTML."""

import re

from django import template
from django.template.base import NodeList, Parser, Token
from django.template.context import Context
from django.utils.html import conditional_escape, format_html, linebreaks
from django.utils.safestring import SafeString, mark_safe

register = template.Library()
FIRST_STRONG_ISOLATE, POP_ISOLATE = "\u2068", "\u2069"
FACTS_STYLE = "margin:8px 0;border-collapse:collapse;width:100%"
LABEL_STYLE = "padding:6px 0;color:#5b6472;text-align:start;font-weight:400;width:40%"
VALUE_STYLE = "padding:6px 0;font-weight:600;text-align:start;overflow-wrap:anywhere"


@register.simple_tag(takes_context=True)
def value(context: Context, content: object) -> str:
    """Isolate a number, name or reference from text of either direction.

    :param content: anything that can be turned into text; empty gives nothing.
    """
    text = conditional_escape(str(content)) if context.autoescape else str(content)
    if not text:
        return ""
    if context.autoescape:
        return format_html("<bdi>{}</bdi>", text)
    if context["direction"] != "rtl":
        return text
    lines = text.splitlines()  # an isolate ends with its line
    return "\n".join(f"{FIRST_STRONG_ISOLATE}{line}{POP_ISOLATE}" for line in lines)


class FactNode(template.Node):
    """One line of a table: a label, and a value if there is one."""

    def __init__(self, label: template.base.FilterExpression, nodelist: NodeList) -> None:
        self.label = label
        self.nodelist = nodelist

    def render(self, context: Context) -> SafeString:
        """Render a row, or a line of text; nothing if the value is empty."""
        content = self.nodelist.render(context).strip()
        if not content:
            return mark_safe("")
        label = self.label.resolve(context)
        if not context.autoescape:
            return mark_safe(f"{label}: {content}\n")  # noqa: S308  (it is plain text)
        return format_html(
            '<tr><th style="{}">{}</th><td style="{}"><bdi>{}</bdi></td></tr>',
            LABEL_STYLE,
            label,
            VALUE_STYLE,
            mark_safe(content),  # noqa: S308  (rendered with escaping just now)
        )


@register.tag
def fact(parser: Parser, token: Token) -> FactNode:
    """``{% fact "Amount" %}{{ payment.money }}{% endfact %}``, between facts and endfacts."""
    _tag, label = token.split_contents()
    nodelist = parser.parse(("endfact",))
    parser.delete_first_token()
    return FactNode(parser.compile_filter(label), nodelist)


class FactsNode(template.Node):
    """A table of facts, as its own paragraph."""

    def __init__(self, nodelist: NodeList) -> None:
        self.nodelist = nodelist

    def render(self, context: Context) -> SafeString:
        """Render the rows without the blank lines between them."""
        rows = "".join(
            node.render(context)
            for node in self.nodelist
            if not isinstance(node, template.base.TextNode)
        )
        if not context.autoescape:
            lines = [line.strip() for line in rows.splitlines() if line.strip()]
            return mark_safe("\n\n" + "\n".join(lines) + "\n\n")  # noqa: S308  (plain text)
        return format_html(
            '\n\n<table role="presentation" style="{}">{}</table>\n\n',
            FACTS_STYLE,
            mark_safe(rows),  # noqa: S308
        )


@register.tag
def facts(parser: Parser, _token: Token) -> FactsNode:
    """Contain the facts of an email; anything between them is dropped."""
    nodelist = parser.parse(("endfacts",))
    parser.delete_first_token()
    return FactsNode(nodelist)


@register.filter
def paragraphs(html: str) -> SafeString:
    """Turn blocks separated by blank lines into paragraphs; a table stays one block."""
    parts = re.split(r"\n\s*\n", html.strip())
    return mark_safe(  # noqa: S308  (escaped when it was rendered)
        "".join(
            part if part.lstrip().startswith("<table") else linebreaks(mark_safe(part.strip()))  # noqa: S308
            for part in parts
            if part.strip()
        )
    )


@register.filter
def tidy(text: str) -> str:
    """Collapse several blank lines into one."""
    return re.sub(r"\n\s*\n(\s*\n)+", "\n\n", text.strip() + "\n")
