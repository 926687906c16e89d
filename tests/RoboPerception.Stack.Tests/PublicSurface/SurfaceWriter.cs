using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace RoboPerception.Stack.Tests.PublicSurface;

/// <summary>Renders types and members in the form of the signature lists.</summary>
internal static class SurfaceWriter
{
    private static readonly Dictionary<Type, string> s_keywords = new()
    {
        [typeof(void)] = "void", [typeof(bool)] = "bool", [typeof(byte)] = "byte", [typeof(sbyte)] = "sbyte", [typeof(short)] = "short",
        [typeof(ushort)] = "ushort", [typeof(int)] = "int", [typeof(uint)] = "uint", [typeof(long)] = "long", [typeof(ulong)] = "ulong",
        [typeof(float)] = "float", [typeof(double)] = "double", [typeof(decimal)] = "decimal", [typeof(char)] = "char",
        [typeof(string)] = "string", [typeof(object)] = "object",
    };

    internal static string FullName(Type type) =>
        type.DeclaringType is Type outer ? $"{FullName(outer)}.{type.Name}" : $"{type.Namespace}.{type.Name}";

    internal static string Kind(Type type) =>
        type.IsEnum ? "enum"
        : type.IsInterface ? "interface"
        : type.IsValueType ? "struct"
        : type is { IsAbstract: true, IsSealed: true } ? "static class"
        : "class";

    /// <summary>Every public or protected member that the type itself adds: what it overrides belongs to its base.</summary>
    internal static IEnumerable<string> Members(Type type)
    {
        if (type.IsEnum)
        {
            return Enum.GetNames(type).Select(name => $"{name}={Convert.ToInt64(Enum.Parse(type, name), CultureInfo.InvariantCulture)}");
        }
        const BindingFlags Own = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;
        return type.GetMembers(Own).Select(Render).OfType<string>();
    }

    private static string? Render(MemberInfo member) => member switch
    {
        ConstructorInfo { IsStatic: false } maker when IsVisible(maker) => $"{Access(maker)}new({Parameters(maker.GetParameters())})",
        MethodInfo method when IsVisible(method) && !IsAccessor(method) && !IsOverride(method) && !method.Name.Contains('<') =>
            $"{Static(method)}{Access(method)}{Name(method.ReturnType)} {method.Name}{Generics(method)}({Parameters(method.GetParameters())})",
        // The compiler's own, such as a record's EqualityContract, is nobody's API.
        PropertyInfo property when !property.IsDefined(typeof(CompilerGeneratedAttribute)) => Property(property),
        FieldInfo field when (field.IsPublic || field.IsFamily || field.IsFamilyOrAssembly) && !field.IsSpecialName =>
            $"{(field.IsLiteral ? "const " : field.IsStatic ? "static " : "")}{(field.IsPublic ? "" : "protected ")}{Name(field.FieldType)} {field.Name}",
        EventInfo happening when happening.AddMethod is MethodInfo add && IsVisible(add) && !IsOverride(add) =>
            $"{Static(add)}{Access(add)}event {Name(happening.EventHandlerType!)} {happening.Name}",
        _ => null,
    };

    private static string? Property(PropertyInfo property)
    {
        MethodInfo? get = property.GetMethod is MethodInfo getter && IsVisible(getter) ? getter : null;
        MethodInfo? set = property.SetMethod is MethodInfo setter && IsVisible(setter) ? setter : null;
        MethodInfo? main = get ?? set;
        if (main is null || IsOverride(main))
        {
            return null;
        }
        ParameterInfo[] indices = property.GetIndexParameters();
        string index = indices.Length == 0 ? "" : $"[{Parameters(indices)}]";
        return $"{Static(main)}{Access(main)}{Name(property.PropertyType)} {property.Name}{index} {{ {(get is null ? "" : "get; ")}{(set is null ? "" : "set; ")}}}";
    }

    private static bool IsVisible(MethodBase method) => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;

    private static bool IsAccessor(MethodInfo method) => method.IsSpecialName && !method.Name.StartsWith("op_", StringComparison.Ordinal);

    private static bool IsOverride(MethodInfo method) => method.GetBaseDefinition() != method;

    private static string Access(MethodBase method) => method.IsPublic ? "" : "protected ";

    private static string Static(MethodBase method) => method.IsStatic ? "static " : "";

    private static string Generics(MethodInfo method) =>
        method.IsGenericMethod ? $"<{string.Join(", ", method.GetGenericArguments().Select(Name))}>" : "";

    private static string Parameters(ParameterInfo[] parameters) => string.Join(", ", parameters.Select(Parameter));

    private static string Parameter(ParameterInfo parameter)
    {
        Type type = parameter.ParameterType;
        string passing = parameter.IsDefined(typeof(ParamArrayAttribute)) || parameter.IsDefined(typeof(ParamCollectionAttribute)) ? "params " : "";
        if (type.IsByRef)
        {
            type = type.GetElementType()!;
            passing = parameter.IsOut ? "out " : parameter.IsIn ? "in " : "ref ";
        }
        string standard = parameter.HasDefaultValue ? $" = {Default(parameter, type)}" : "";
        return $"{passing}{Name(type)} {parameter.Name}{standard}";
    }

    private static string Default(ParameterInfo parameter, Type type)
    {
        object? value = parameter.RawDefaultValue;
        Type plain = Nullable.GetUnderlyingType(type) ?? type;
        return value switch
        {
            null => type.IsValueType && Nullable.GetUnderlyingType(type) is null ? "default" : "null",
            string text => $"\"{text}\"",
            bool flag => flag ? "true" : "false",
            _ when plain.IsEnum => Enum.GetName(plain, Enum.ToObject(plain, value)) ?? Convert.ToString(value, CultureInfo.InvariantCulture)!,
            IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
            _ => value.ToString()!,
        };
    }

    internal static string Name(Type type)
    {
        if (s_keywords.TryGetValue(type, out string? keyword))
        {
            return keyword;
        }
        if (type.IsByRef)
        {
            return $"ref {Name(type.GetElementType()!)}";
        }
        if (type.IsArray)
        {
            return $"{Name(type.GetElementType()!)}[{new string(',', type.GetArrayRank() - 1)}]";
        }
        if (type.IsPointer)
        {
            return $"{Name(type.GetElementType()!)}*";
        }
        if (Nullable.GetUnderlyingType(type) is Type inner)
        {
            return Name(inner);
        }
        if (!type.IsGenericType)
        {
            return type.Name;
        }
        IEnumerable<string> arguments = type.GetGenericArguments().Select(Name);
        return typeof(ITuple).IsAssignableFrom(type) && type.IsValueType
            ? $"({string.Join(", ", arguments)})"
            : $"{type.Name.Split('`')[0]}<{string.Join(", ", arguments)}>";
    }
}
