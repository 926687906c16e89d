using System.Runtime.InteropServices;
using RoboPerception.Core;
using RoboPerception.Training.Native;
using RoboPerception.Training.Networks;
using RoboPerception.Training.Optimisation;
using RoboPerception.Training.Tasks;
using TorchSharp;
using static TorchSharp.torch;

namespace RoboPerception.Training.Tests;

/// <summary>What stands between this program and libtorch.</summary>
public sealed class NativeTests : IDisposable
{
    private const string Bridge = "libLibTorchSharp.so";

    // The ELF hash of GLIBCXX_3.4.32 in an entry of .gnu.version_r; two bytes of flags follow.
    private static readonly byte[] Hash = [0x42, 0xf8, 0x97, 0x02];
    private readonly string folder = Directory.CreateTempSubdirectory().FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void The_library_beside_the_program_does_without_a_newer_libstdcxx_and_the_package_is_untouched()
    {
        var beside = File.ReadAllBytes(TorchLibrary.Beside(Bridge)!);
        var cache = Environment.GetEnvironmentVariable("NUGET_PACKAGES") ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        var package = File.ReadAllBytes(Path.Combine(cache, "torchsharp", TorchLibrary.TorchSharpVersion, "runtimes", "linux-x64", "native", Bridge));
        Assert.Equal(2, beside[beside.AsSpan().IndexOf(Hash) + 4]);
        Assert.Equal(0, package[package.AsSpan().IndexOf(Hash) + 4]);
        Assert.Equal(package.Length, beside.Length);
        Assert.Single(Enumerable.Range(0, package.Length), i => package[i] != beside[i]);
        NativeLibrary.Free(NativeLibrary.Load(TorchLibrary.Beside(Bridge)!));
    }

    [Fact]
    public void What_libtorch_complains_about_is_not_taken_for_a_library_that_does_not_load()
    {
        // As TorchSharp passes it on, with the call stack that libtorch puts behind it.
        const string complaint = "The size of tensor a (3) must match the size of tensor b (5)\nException raised from infer_size_impl at ExpandUtils.cpp:35 (most recent call first):\nframe #7: THSTensor_add (in libLibTorchSharp.so)";
        Assert.Null(NativeLibraries.Explain(new InvalidOperationException(complaint)));
    }

    [Theory]
    [InlineData(8)]
    [InlineData(18)]
    [InlineData(24)]
    [InlineData(32)]
    public void Convolutions_are_right_whatever_the_processor(int channels)
    {
        Convolutions.EnsureRight();
        Assert.InRange(Convolutions.Deviates(channels), 0, 1e-5);
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void Every_family_can_be_moved_and_converted(string family)
    {
        var tasks = family.StartsWith("single", StringComparison.Ordinal) || family.StartsWith("stan", StringComparison.Ordinal) ? "seg13" : "seg13,depth,normal";
        using var network = SegNetFamilyTests.Create(family + Small(family), tasks);
        var names = network.state_dict().Keys.ToArray();
        network.to(CPU);
        network.to(float64);
        Assert.Equal(names, network.state_dict().Keys);
        Assert.All(network.parameters(), parameter => Assert.Equal(float64, parameter.dtype));
        network.to(float32);
    }

    // What is moved matters, not how much of it.
    private static string Small(string family) => family switch
    {
        "mtinet-resnet" => ":depth=18;stem=8;blocks=1,1,1,1;middle=8,8,12,12;width=8;head=16",
        "padnet-hrnet" => ":channels=8,8,12,12;stage1=8;modules=1,1,1,1;blocks=1;feature=16;bottleneck=8",
        _ when family.EndsWith("segnet", StringComparison.Ordinal) => ":widths=4,4,8,8,8",
        _ when family.EndsWith("-resnet", StringComparison.Ordinal) => ":depth=18;stem=8;middle=8,12,12,12;head=12;dropout=off",
        _ when family.EndsWith("-hrnet", StringComparison.Ordinal) => ":channels=8,8,12,12;stage1=8;modules=1,1,1,1;blocks=1",
        _ => "",
    };

    public static TheoryData<string> Families() => [.. NetworkFamilies.All.Select(family => family.Name)];

    [Fact]
    public void A_checkpoint_without_counters_of_batch_norm_is_loaded_and_nothing_else_may_be_missing()
    {
        var path = Path.Combine(folder, "old.ckpt");
        using var network = SegNetFamilyTests.Create("single-segnet:widths=2,2,2,2,2", "depth");
        network.forward(rand(2, 3, 32, 32));
        Write(name => !name.EndsWith("num_batches_tracked", StringComparison.Ordinal));
        using (var loaded = Checkpoint.LoadNetwork(path).Network)
        {
            foreach (var (name, value) in loaded.state_dict())
            {
                Assert.True(name.EndsWith("num_batches_tracked", StringComparison.Ordinal) ? value.item<long>() == 0 : value.equal(network.state_dict()[name]).all().item<bool>(), name);
            }
        }

        Write(name => !name.EndsWith("pred_task.1.bias", StringComparison.Ordinal));
        Assert.Contains("'pred_task.1.bias' is not in the file", Assert.Throws<UserErrorException>(() => Checkpoint.LoadNetwork(path)).Message, StringComparison.Ordinal);

        void Write(Func<string, bool> keep) => CheckpointFile.Write(
            path,
            "RPCKPT01"u8,
            block => block.Write("""{"options":{"network":"single-segnet:widths=2,2,2,2,2","tasks":"depth","height":32,"width":32},"epoch":1}"""u8),
            block => nn.Module.save_state_dict(new BinaryWriter(block), network.state_dict().Where(entry => keep(entry.Key)).ToDictionary()));
    }
}
