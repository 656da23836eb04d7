import com.google.googlejavaformat.java.Formatter;
import com.google.googlejavaformat.java.ImportOrderer;
import com.google.googlejavaformat.java.JavaFormatterOptions.Style;
import com.google.googlejavaformat.java.RemoveUnusedImports;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Holds every Java file below the given folders to google-java-format: {@code check} names the files that differ and
 * fails, {@code write} rewrites them.
 */
class JavaFormat {

  public static void main(String[] args) throws Exception {
    boolean write = args[0].equals("write");
    List<Path> differing = new ArrayList<>();
    for (int i = 1; i < args.length; i++) {
      try (var files = Files.walk(Path.of(args[i]))) {
        for (Path file : files.filter(JavaFormat::isSource).sorted().toList()) {
          String source = Files.readString(file);
          String formatted = format(source);
          if (!formatted.equals(source)) {
            differing.add(file);
            if (write) {
              Files.writeString(file, formatted);
            }
          }
        }
      }
    }
    differing.forEach(file -> System.err.println((write ? "formatted: " : "not formatted: ") + file));
    if (!write && !differing.isEmpty()) {
      System.err.println("Run ./mvnw -q -N -Pformat to format them.");
      System.exit(1);
    }
  }

  private static boolean isSource(Path file) {
    String name = file.toString();
    return name.endsWith(".java") && !name.contains("/target/");
  }

  private static String format(String source) throws Exception {
    String imports = RemoveUnusedImports.removeUnusedImports(ImportOrderer.reorderImports(source, Style.GOOGLE));
    return new Formatter().formatSource(imports);
  }
}
