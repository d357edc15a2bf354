package pipeline.spark;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.types.variant.Variant;
import org.apache.spark.types.variant.VariantUtil;

/** Paths into a JSON object, and what stands there; one pass over the fields of the object. */
final class FieldTree {
  private static final int NO_SLOT = -1;

  private final Node root = new Node("");
  private int slots = 0;

  /** A field on a path, with the fields inside of it that are on one. */
  private static final class Node {
    final Map<String, Node> children = new HashMap<>();

    /** Of the labels inside of it. */
    final String prefix;

    int slot = NO_SLOT;

    Node(String prefix) {
      this.prefix = prefix;
    }
  }

  /** What an object has. */
  static final class Found {
    /** Null for a path that leads to nothing. */
    final Variant[] values;

    /**
     * The fields on no path, as text and without those that are null; null if there are no such
     * fields. Those beside a path into an object or a list have the names on their own path, with
     * points between them. Of several with one name, all but the first have a number behind it.
     */
    Map<String, String> labels = null;

    Found(int slots) {
      values = new Variant[slots];
    }

    void addLabel(String name, Variant value) {
      if (labels == null) labels = new LinkedHashMap<>();
      if (value.getType() == VariantUtil.Type.NULL) return;
      String text = StrictJson.text(value);
      if (labels.putIfAbsent(name, text) == null) return;
      int number = 2;
      while (labels.putIfAbsent(name + " (" + number + ")", text) != null) number += 1;
    }
  }

  /** The place of a path in the found values. */
  int slotOf(List<String> path) {
    Node node = root;
    for (String name : path) {
      String prefix = node.prefix + name + ".";
      node = node.children.computeIfAbsent(name, unused -> new Node(prefix));
    }
    if (node.slot == NO_SLOT) node.slot = slots++;
    return node.slot;
  }

  /**
   * @param object null if there is none
   */
  Found read(Variant object) {
    Found found = new Found(slots);
    if (object != null) readObject(root, object, found, true);
    return found;
  }

  private static void readObject(Node node, Variant object, Found found, boolean hasLabels) {
    int size = object.objectSize();
    for (int i = 0; i < size; i++) {
      Variant.ObjectField field = object.getFieldAtIndex(i);
      readField(node, field.key, field.value, found, hasLabels);
    }
  }

  private static void readField(
      Node parent, String name, Variant value, Found found, boolean hasLabels) {
    Node node = parent.children.get(name);
    if (node == null) {
      if (hasLabels) found.addLabel(parent.prefix + name, value);
      return;
    }
    boolean isTaken = node.slot != NO_SLOT;
    if (isTaken) found.values[node.slot] = value;
    if (!node.children.isEmpty()) readInside(node, value, found, hasLabels && !isTaken);
  }

  private static void readInside(Node node, Variant value, Found found, boolean hasLabels) {
    switch (value.getType()) {
      case OBJECT -> readObject(node, value, found, hasLabels);
      case ARRAY -> {
        int size = value.arraySize();
        for (int i = 0; i < size; i++)
          readField(node, Integer.toString(i), value.getElementAtIndex(i), found, hasLabels);
      }
      default -> {
        if (hasLabels) found.addLabel(node.prefix.substring(0, node.prefix.length() - 1), value);
      }
    }
  }
}
