"""What a GraphML and a GEXF 1.3 document may be, in RELAX NG and our own words; after the published formats' rules."""

from typing import Any

from lxml import etree

_DATATYPES = 'datatypeLibrary="http://www.w3.org/2001/XMLSchema-datatypes" xmlns="http://relaxng.org/ns/structure/1.0"'
_LOCATION = """<attribute ns="http://www.w3.org/2001/XMLSchema-instance" name="schemaLocation"><text/></attribute>"""

GRAPHML = f"""<element name="graphml" ns="http://graphml.graphdrawing.org/xmlns" {_DATATYPES}>
  {_LOCATION}
  <zeroOrMore><element name="key">
    <attribute name="id" ns=""><data type="NMTOKEN"/></attribute>
    <attribute name="for" ns=""><choice><value>graph</value><value>node</value><value>edge</value></choice></attribute>
    <attribute name="attr.name" ns=""><text/></attribute>
    <attribute name="attr.type" ns=""><choice>
      <value>boolean</value><value>int</value><value>long</value><value>float</value><value>double</value><value>string</value>
    </choice></attribute>
  </element></zeroOrMore>
  <element name="graph">
    <attribute name="edgedefault" ns=""><choice><value>directed</value><value>undirected</value></choice></attribute>
    <zeroOrMore><element name="data"><attribute name="key" ns=""><data type="NMTOKEN"/></attribute><text/>
      </element></zeroOrMore>
    <zeroOrMore><element name="node">
      <attribute name="id" ns=""><data type="string"><param name="minLength">1</param></data></attribute>
      <zeroOrMore><element name="data"><attribute name="key" ns=""><data type="NMTOKEN"/></attribute><text/>
      </element></zeroOrMore>
    </element></zeroOrMore>
    <zeroOrMore><element name="edge">
      <attribute name="source" ns=""><data type="string"/></attribute>
      <attribute name="target" ns=""><data type="string"/></attribute>
      <zeroOrMore><element name="data"><attribute name="key" ns=""><data type="NMTOKEN"/></attribute><text/>
      </element></zeroOrMore>
    </element></zeroOrMore>
  </element>
</element>"""

_VALUES = """<optional><element name="attvalues"><zeroOrMore><element name="attvalue">
  <attribute name="for" ns=""><data type="nonNegativeInteger"/></attribute>
        <attribute name="value" ns=""><text/></attribute>
</element></zeroOrMore></element></optional>"""

GEXF = f"""<element name="gexf" ns="http://gexf.net/1.3" {_DATATYPES}>
  {_LOCATION}
  <attribute name="version" ns=""><value>1.3</value></attribute>
  <element name="meta"><element name="creator"><text/></element><element name="description"><text/></element></element>
  <element name="graph">
    <attribute name="defaultedgetype" ns=""><choice>
      <value>directed</value><value>undirected</value></choice></attribute>
    <attribute name="mode" ns=""><choice><value>static</value><value>dynamic</value></choice></attribute>
    <attribute name="timeformat" ns=""><choice>
      <value>integer</value><value>double</value><value>date</value></choice></attribute>
    <attribute name="timerepresentation" ns=""><value>interval</value></attribute>
    <oneOrMore><element name="attributes">
      <attribute name="class" ns=""><choice><value>node</value><value>edge</value></choice></attribute>
      <attribute name="mode" ns=""><value>static</value></attribute>
      <oneOrMore><element name="attribute">
        <attribute name="id" ns=""><data type="nonNegativeInteger"/></attribute>
        <attribute name="title" ns=""><text/></attribute>
        <attribute name="type" ns=""><choice>
          <value>long</value><value>double</value><value>string</value></choice></attribute>
      </element></oneOrMore>
    </element></oneOrMore>
    <element name="nodes"><zeroOrMore><element name="node">
      <attribute name="id" ns=""><data type="string"/></attribute>
      <optional><attribute name="label" ns=""><text/></attribute></optional>
      <optional><attribute name="start" ns=""><data type="integer"/></attribute></optional>
      {_VALUES}
      <optional><element name="color" ns="http://gexf.net/1.3/viz">
        <attribute name="r" ns=""><data type="unsignedByte"/></attribute>
        <attribute name="g" ns=""><data type="unsignedByte"/></attribute>
        <attribute name="b" ns=""><data type="unsignedByte"/></attribute></element></optional>
      <optional><element name="size" ns="http://gexf.net/1.3/viz">
        <attribute name="value" ns=""><data type="float">
          <param name="minInclusive">0</param></data></attribute></element></optional>
      <optional><element name="position" ns="http://gexf.net/1.3/viz">
        <attribute name="x" ns=""><data type="float"/></attribute>
        <attribute name="y" ns=""><data type="float"/></attribute>
        <attribute name="z" ns=""><data type="float"/></attribute></element></optional>
    </element></zeroOrMore></element>
    <element name="edges"><zeroOrMore><element name="edge">
      <attribute name="source" ns=""><data type="string"/></attribute>
        <attribute name="target" ns=""><data type="string"/></attribute>
      <optional><attribute name="weight" ns=""><data type="double"/></attribute></optional>
      {_VALUES}
    </element></zeroOrMore></element>
  </element>
</element>"""


def assert_valid(text: str, schema: str) -> None:
    """Assert that a document keeps the rules, names each node once, and that edges and values lead somewhere."""
    document = etree.fromstring(text.encode("utf-8"))
    etree.RelaxNG(etree.fromstring(schema)).assertValid(document)
    names = _attributes(document, "node", "id")
    assert len(names) == len(set(names))
    assert {*_attributes(document, "edge", "source"), *_attributes(document, "edge", "target")} <= set(names)
    keys = _attributes(document, "key", "id") + _attributes(document, "attribute", "id")
    assert {*_attributes(document, "data", "key"), *_attributes(document, "attvalue", "for")} <= set(keys)


def _attributes(document: Any, element: str, name: str) -> list[str]:
    return [found.get(name) for found in document.iter("{*}" + element)]
