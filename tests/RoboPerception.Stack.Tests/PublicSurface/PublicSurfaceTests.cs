using System.Reflection;

namespace RoboPerception.Stack.Tests.PublicSurface;

/// <summary>The stack rule: what is not in the real package's API is not in ours either, so source written here compiles against both.</summary>
public sealed class PublicSurfaceTests
{
    [Fact]
    public void TorchSharp_offers_nothing_that_the_package_does_not() => Check("TorchSharp", typeof(global::TorchSharp.torch).Assembly);

    [Fact]
    public void OpenCvSharp_offers_nothing_that_the_package_does_not() => Check("OpenCvSharp", typeof(global::OpenCvSharp.Mat).Assembly);

    [Fact]
    public void MQTTnet_offers_nothing_that_the_package_does_not() => Check("MQTTnet", typeof(global::MQTTnet.MqttClientFactory).Assembly);

    [Fact]
    public void The_lists_are_whole()
    {
        Assert.True(SurfaceList.Of("TorchSharp").Count > 400);
        Assert.True(SurfaceList.Of("OpenCvSharp").Count > 300);
        Assert.True(SurfaceList.Of("MQTTnet").Count > 150);
    }

    [Fact]
    public void A_member_that_is_not_listed_is_named()
    {
        const string List = """
            class RoboPerception.Stack.Tests.PublicSurface.Sample [IDisposable]
              new()
              long Count { get; set; }
              virtual string? Text(long first, double second = 0.5)
            """;

        string[] offenders = Offenders(SurfaceList.Parse(List), [typeof(Sample)]).ToArray();

        string offender = Assert.Single(offenders);
        Assert.Contains("Sample: int Extra(params int[] values)", offender, StringComparison.Ordinal);
    }

    [Fact]
    public void A_type_that_is_not_listed_is_named()
    {
        string[] offenders = Offenders(SurfaceList.Parse("class Other.Thing"), [typeof(Sample)]).ToArray();

        Assert.Contains("Sample", Assert.Single(offenders), StringComparison.Ordinal);
    }

    [Fact]
    public void Another_default_value_is_an_offence()
    {
        const string List = """
            class RoboPerception.Stack.Tests.PublicSurface.Sample
              new()
              long Count { get; }
              string Text(long first, double second = 0.25)
              int Extra(params int[] values)
            """;

        Assert.Contains("Text", Assert.Single(Offenders(SurfaceList.Parse(List), [typeof(Sample)])), StringComparison.Ordinal);
    }

    private static void Check(string package, Assembly assembly)
    {
        string[] offenders = Offenders(SurfaceList.Of(package), assembly.GetExportedTypes()).ToArray();

        Assert.True(offenders.Length == 0, $"{offenders.Length} not in the API of {package}:\n{string.Join('\n', offenders)}");
    }

    private static IEnumerable<string> Offenders(SurfaceList list, IEnumerable<Type> types)
    {
        foreach (Type type in types)
        {
            string name = SurfaceWriter.FullName(type);
            if (list.Find(name) is not ListedType listed)
            {
                yield return $"{name}: the type is not listed";
                continue;
            }
            if (listed.Kind != SurfaceWriter.Kind(type))
            {
                yield return $"{name}: is a {SurfaceWriter.Kind(type)}, listed as {listed.Kind}";
            }
            if (typeof(Delegate).IsAssignableFrom(type))
            {
                continue;
            }
            // A member of a listed base is just as official on the type itself.
            ListedType[] places = Bases(type).Select(each => list.Find(SurfaceWriter.FullName(each))).OfType<ListedType>().ToArray();
            foreach (string member in SurfaceWriter.Members(type))
            {
                if (!Array.Exists(places, place => place.Has(member)))
                {
                    yield return $"{name}: {member}";
                }
            }
        }
    }

    private static IEnumerable<Type> Bases(Type type)
    {
        for (Type? each = type; each is not null; each = each.BaseType)
        {
            yield return each.IsGenericType ? each.GetGenericTypeDefinition() : each;
        }
    }
}

/// <summary>What the self-tests of the surface check look at.</summary>
public class Sample
{
    public long Count { get; }

    public virtual string? Text(long first, double second = 0.5) => $"{first} {second}";

    public int Extra(params int[] values) => values.Length + (int)Count;
}
