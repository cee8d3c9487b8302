// Repeats under a money field what is understood of it while it is typed: grouped, in 万元 and in words.
// Reads as common/typed.py does and spells as common/money.py does; the server judges again.
"use strict";
(() => {
  const DIGITS = "零壹贰叁肆伍陆柒捌玖";
  const PLACES = ["仟", "佰", "拾", ""];
  const MOST_DIGITS = 16;
  const INVISIBLE = /[\u200b-\u200f\u2060\ufeff\u00ad\u202a-\u202e]/g;
  const GROUPED = "[1-9][0-9]{0,2}(?:,[0-9]{3})+|[1-9][0-9]{0,2}(?: [0-9]{3})+";
  const AMOUNT = new RegExp(`^([+-]?)([0-9]+|${GROUPED})(?:\\.([0-9]*))?$`);
  const COMMA_FOR_POINT = new RegExp(`^[+-]?(?:[0-9]+|${GROUPED}),[0-9]{1,2}$`);

  const halfWidth = (text) =>
    text
      .replace(INVISIBLE, "")
      .replace(/[\u2212\u2010-\u2013\ufe63\uff0d]/g, "-")
      .replace(/[\uff01-\uff5e]/g, (mark) => String.fromCharCode(mark.charCodeAt(0) - 0xfee0))
      .replace(/[\u3000\u00a0]/g, " ")
      .replace(/\uffe5/g, "¥")
      .trim();

  const plainOf = (text) => {
    const bare = halfWidth(text)
      .replace(/。/g, ".")
      .replace(/^(?:人民币|RMB|CNY|¥)\s*/i, "")
      .replace(/\s*(?:人民币)?元(?:整)?$/i, "")
      .trim();
    const bracketed = /^\(([^()+-]*)\)$/.exec(bare);
    return bracketed ? `-${bracketed[1].trim()}` : bare;
  };

  // Return {minus, yuan, cents} as digits, null for what is not read as an amount.
  const read = (text) => {
    const found = AMOUNT.exec(plainOf(text));
    if (!found) return null;
    const yuan = found[2].replace(/[, ]/g, "").replace(/^0+(?=[0-9])/, "");
    const places = (found[3] || "").replace(/0+$/, "");
    if (yuan.length > MOST_DIGITS || places.length > 2) return null;
    return { minus: found[1] === "-" && (yuan !== "0" || places !== ""), yuan, cents: places.padEnd(2, "0") };
  };

  const grouped = (digits) => digits.replace(/\B(?=(?:[0-9]{3})+$)/g, ",");

  const tenThousands = ({ yuan, cents }) => {
    const all = yuan.padStart(5, "0");
    const places = (all.slice(-4) + cents).replace(/0+$/, "");
    return grouped(all.slice(0, -4)) + (places ? `.${places}` : "");
  };

  const belowTenThousand = (four) => {
    let words = "";
    [...four].forEach((digit, place) => {
      if (digit !== "0") words += DIGITS[digit] + PLACES[place];
      else if (words && !words.endsWith(DIGITS[0])) words += DIGITS[0];
    });
    return words.replace(/零+$/, "");
  };

  // Join groups below a unit: 零 stands where the lower group does not fill its first place.
  const joined = (above, unit, below, spell) => {
    let words = Number(above) ? spell(above) + unit : "";
    return { words, gap: words && below[0] === "0" ? DIGITS[0] : "" };
  };

  const belowHundredMillion = (eight) => {
    const [above, below] = [eight.slice(0, 4), eight.slice(4)];
    const { words, gap } = joined(above, "万", below, belowTenThousand);
    return Number(below) ? words + gap + belowTenThousand(below) : words;
  };

  const integer = (yuan) => {
    const all = yuan.padStart(16, "0");
    const [above, below] = [all.slice(0, 8), all.slice(8)];
    if (!Number(above) && !Number(below)) return DIGITS[0];
    const { words, gap } = joined(above, "亿", below, belowHundredMillion);
    return Number(below) ? words + gap + belowHundredMillion(below) : words;
  };

  const inWords = ({ minus, yuan, cents }) => {
    const [jiao, fen] = cents;
    let words = yuan !== "0" || cents === "00" ? `${integer(yuan)}元` : "";
    if (jiao !== "0") words += `${DIGITS[jiao]}角`;
    else if (fen !== "0" && yuan !== "0") words += DIGITS[0];
    words += fen !== "0" ? `${DIGITS[fen]}分` : "整";
    return `人民币${minus ? "负" : ""}${words}`;
  };

  const said = (text) => {
    if (!halfWidth(text)) return "";
    const amount = read(text);
    if (amount) {
      const sign = amount.minus ? "-" : "";
      return `${sign}${grouped(amount.yuan)}.${amount.cents} 元 = ${sign}${tenThousands(amount)} 万元 ${inWords(amount)}`;
    }
    const plain = plainOf(text);
    if (COMMA_FOR_POINT.test(plain)) {
      const meant = read(plain.replace(/,(?=[0-9]{1,2}$)/, "."));
      if (meant) return `是否为 ${grouped(meant.yuan)}.${meant.cents} 元？角分请用小数点“.”填写。`;
    }
    return "无法识别为金额，请核对。";
  };

  // What the server refused is told by its own sentence, until the amount is typed anew: then that sentence speaks of another one.
  const repeat = (field) => {
    const place = document.querySelector(`[data-repeats="${CSS.escape(field.id)}"]`);
    const refused = field.closest(".qf-field")?.querySelector(".qf-field-error");
    if (place) place.textContent = refused && !read(field.value) ? "" : said(field.value);
  };
  const forgetRefusal = (field) => {
    const around = field.closest(".qf-field");
    around?.querySelectorAll(".qf-field-error").forEach((sentence) => sentence.remove());
    around?.classList.remove("qf-wrong");
  };

  document.addEventListener("input", (event) => {
    if (!event.target.matches("[data-money]")) return;
    forgetRefusal(event.target);
    repeat(event.target);
  });
  const all = () => document.querySelectorAll("[data-money]").forEach(repeat);
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", all);
  else all();
  window.addEventListener("pageshow", all);
})();
