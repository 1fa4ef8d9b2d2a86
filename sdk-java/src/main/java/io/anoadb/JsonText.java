package io.anoadb;

import io.anoadb.AnoaValue.ArrayValue;
import io.anoadb.AnoaValue.BytesValue;
import io.anoadb.AnoaValue.FloatValue;
import io.anoadb.AnoaValue.Member;
import io.anoadb.AnoaValue.ObjectValue;
import io.anoadb.AnoaValue.StringValue;
import io.anoadb.AnoaValue.TextValue;
import io.anoadb.internal.protocol.DoubleText;

/** Values as JSON text. */
final class JsonText {
  private static final char[] HEX = "0123456789abcdef".toCharArray();

  private JsonText() {}

  static void write(AnoaValue value, StringBuilder out) {
    if (value instanceof StringValue string) {
      writeString(string.value(), out);
    } else if (value instanceof FloatValue number) {
      writeFloat(number.value(), out);
    } else if (value instanceof ArrayValue array) {
      writeArray(array, out);
    } else if (value instanceof ObjectValue object) {
      writeObject(object, out);
    } else if (value instanceof TextValue text) {
      writeString(text.text(), out);
    } else if (value instanceof BytesValue) {
      throw new AnoaValueException("Bytes have no form in JSON; store them as a string (base64, say) to have one.", null);
    } else {
      out.append(value);
    }
  }

  private static void writeArray(ArrayValue array, StringBuilder out) {
    out.append('[');
    String separator = "";
    for (AnoaValue item : array.items()) {
      out.append(separator);
      write(item, out);
      separator = ",";
    }
    out.append(']');
  }

  private static void writeObject(ObjectValue object, StringBuilder out) {
    out.append('{');
    String separator = "";
    for (Member member : object.members()) {
      out.append(separator);
      writeString(member.name(), out);
      out.append(':');
      write(member.value(), out);
      separator = ",";
    }
    out.append('}');
  }

  private static void writeFloat(double number, StringBuilder out) {
    if (Double.isNaN(number) || Double.isInfinite(number)) {
      throw new AnoaValueException(number + " has no form in JSON.", null);
    }
    out.append(DoubleText.marked(number));
  }

  private static void writeString(String text, StringBuilder out) {
    out.append('"');
    for (int index = 0; index < text.length(); index++) {
      char unit = text.charAt(index);
      switch (unit) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        case '\b' -> out.append("\\b");
        case '\f' -> out.append("\\f");
        default -> {
          if (unit < ' ') {
            out.append("\\u00").append(HEX[unit >> 4]).append(HEX[unit & 15]);
          } else {
            out.append(unit);
          }
        }
      }
    }
    out.append('"');
  }
}
