package io.anoadb.internal.protocol;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;

/**
 * Floats as text, in the form that ECMAScript's Number::toString gives and the typing rule knows: the shortest digits that
 * read back as the same number, {@code 1e+21} and {@code 1e-7} with an exponent. Before Java 19 Double.toString gives a
 * digit too many for some.
 */
public final class DoubleText {
  private static final int POINT_MAX = 21;
  private static final int POINT_MIN = -6;

  private DoubleText() {}

  /** A finite number with a mark of being a float: {@code 1.0}, not {@code 1}, so that it reads back as one. */
  public static String marked(double number) {
    String text = of(number);
    boolean isMarked = text.indexOf('.') >= 0 || text.indexOf('e') >= 0;
    return isMarked ? text : text + ".0";
  }

  /** As ECMAScript has it, but with the sign of zero. */
  public static String of(double number) {
    if (number == 0) return 1 / number < 0 ? "-0" : "0";
    BigDecimal shortest = shortest(number);
    String digits = shortest.unscaledValue().abs().toString();
    int point = digits.length() - shortest.scale();
    StringBuilder text = new StringBuilder(number < 0 ? "-" : "");
    if (point > POINT_MAX || point < POINT_MIN + 1) return withExponent(text, digits, point - 1);
    if (point <= 0) return text.append("0.").append("0".repeat(-point)).append(digits).toString();
    if (point >= digits.length()) return text.append(digits).append("0".repeat(point - digits.length())).toString();
    return text.append(digits, 0, point).append('.').append(digits, point, digits.length()).toString();
  }

  private static String withExponent(StringBuilder text, String digits, int exponent) {
    text.append(digits.charAt(0));
    if (digits.length() > 1) text.append('.').append(digits, 1, digits.length());
    return text.append('e').append(exponent < 0 ? '-' : '+').append(Math.abs(exponent)).toString();
  }

  /** As few digits as read back as this number, and of those the closest to it; without zeros at the end. */
  private static BigDecimal shortest(double number) {
    BigDecimal best = new BigDecimal(Double.toString(number)).stripTrailingZeros();
    BigDecimal exact = new BigDecimal(number);
    for (int digits = best.precision() - 1; digits > 0; digits--) {
      BigDecimal shorter = exact.round(new MathContext(digits, RoundingMode.HALF_EVEN));
      if (shorter.doubleValue() != number) break;
      best = shorter.stripTrailingZeros();
    }
    return best;
  }
}
