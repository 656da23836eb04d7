import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeTransform;
import java.lang.constant.ClassDesc;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Collections;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;

/**
 * Gives the classes of a jar, in place, the stack maps that class files have had since Java 7. A
 * library that is compiled for Java 5 has none, and no AOT cache takes it. What the classes do stays
 * as it is; a jar whose classes all have them is not touched.
 *
 * <pre>java ModernClasses.java JAR</pre>
 */
final class ModernClasses {

  private static final int MODERN = ClassFile.JAVA_8_VERSION;

  private final JarFile jar;
  private final ClassFile classFile;

  private ModernClasses(JarFile jar) {
    this.jar = jar;
    ClassHierarchyResolver inJar = ClassHierarchyResolver.ofResourceParsing(this::open);
    this.classFile =
        ClassFile.of(
            ClassFile.StackMapsOption.GENERATE_STACK_MAPS,
            ClassFile.ClassHierarchyResolverOption.of(
                inJar.orElse(ClassHierarchyResolver.defaultResolver())));
  }

  public static void main(String[] args) throws IOException {
    Path file = Path.of(args[0]);
    Path next = file.resolveSibling(file.getFileName() + ".next");
    try (JarFile jar = new JarFile(file.toFile())) {
      ModernClasses classes = new ModernClasses(jar);
      if (!classes.areAnyOld()) {
        return;
      }
      classes.write(next);
    }
    Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
  }

  private boolean areAnyOld() throws IOException {
    for (JarEntry entry : Collections.list(jar.entries())) {
      if (isClass(entry) && isOld(read(entry))) {
        return true;
      }
    }
    return false;
  }

  private void write(Path target) throws IOException {
    try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(target))) {
      for (JarEntry entry : Collections.list(jar.entries())) {
        JarEntry copy = new JarEntry(entry.getName());
        copy.setTimeLocal(entry.getTimeLocal());
        out.putNextEntry(copy);
        byte[] content = read(entry);
        out.write(isClass(entry) && isOld(content) ? modern(content) : content);
        out.closeEntry();
      }
    }
  }

  private byte[] modern(byte[] content) {
    return classFile.transformClass(
        classFile.parse(content),
        ClassTransform.endHandler(builder -> builder.withVersion(MODERN, 0))
            .andThen(ClassTransform.transformingMethodBodies(CodeTransform.ACCEPT_ALL)));
  }

  private boolean isOld(byte[] content) {
    ClassModel model = classFile.parse(content);
    return model.majorVersion() < MODERN;
  }

  private static boolean isClass(JarEntry entry) {
    String name = entry.getName();
    return name.endsWith(".class") && !name.endsWith("module-info.class");
  }

  private byte[] read(JarEntry entry) throws IOException {
    try (InputStream in = jar.getInputStream(entry)) {
      return in.readAllBytes();
    }
  }

  private InputStream open(ClassDesc type) {
    String descriptor = type.descriptorString();
    String name = descriptor.substring(1, descriptor.length() - 1) + ".class";
    try {
      JarEntry entry = jar.getJarEntry(name);
      return entry == null ? ClassLoader.getSystemResourceAsStream(name) : jar.getInputStream(entry);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
