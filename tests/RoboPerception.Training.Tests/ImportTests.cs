using System.Text;
using RoboPerception.Core;
using RoboPerception.Training.Import;
using RoboPerception.Training.Networks;
using RoboPerception.Training.Tasks;
using static TorchSharp.torch;

namespace RoboPerception.Training.Tests;

public sealed class ImportTests : IDisposable
{
    // Saved by PyTorch 1.13: {"epoch": 3, "state_dict": {a.weight: 2x3, b.t: the transpose of 2x3, n: int64 7, h: float16 (0.5, -2)}, ...}.
    private const string Saved = "UEsDBBQAAAAIAEV6dV27c1MLeQEAAAoCAAAOAAAAc21hbGwvZGF0YS5wa2xVkc1O20AUhf2TkGAo/aOFQguF/jm0uEn6AN1UgDSoFWbjDbIcZ5KxZHly7OvSTaRukpJHaN+Et2M8riIxm9HcOee7Z+78tqYw3KBpGAafyFjAZHbgqFNBEfFwmMQEK45lmvKYEpkVzo98yHM+/KZuHNgdHw03aCtD5F3zZCwIzZhkHgsvLClJCyfM+aBM0mFIPCtkHv7sO1hx3aClm8g8GnO0aotzksqILuuig3ZgKk0Xq4Gt9nhSwmErhLULZjCL2XOsM5uZczxYiCrHBuGhj0daPPAIj4VqI1qixvTwRGj708puM2uOTWZWlGe1/Tlhy8e2Fmd4UZv/5zqX2XgZa0dL+thVPJPwUvE6nZrxirDnY18LBF7fY5xF6WjJONCSLzhUDIvwRj9phrfMnOFdzXpP+ODDLQNLKdMcndOvt3+r9S9oVBElcRxpzC981KUBLwifvuvPHKXRuMDxFTz3ZsH1TOSE8HmKrtYWxCfoqQGoQf5Bvyi9O1BLAwQUAAAACABFenVdF5DnkREAAAAYAAAADAAAAHNtYWxsL2RhdGEvMGNgAIEGeyDhAERA3ADECxwAUEsDBBQAAAAIAEV6dV0XkOeREQAAABgAAAAMAAAAc21hbGwvZGF0YS8xY2AAgQZ7IOEAREDcAMQLHABQSwMEFAAAAAgARXp1XXDW528FAAAACAAAAAwAAABzbWFsbC9kYXRhLzJjZ4AAAFBLAwQUAAAACABFenVdhKlYkAYAAAAEAAAADAAAAHNtYWxsL2RhdGEvM2OwYDgAAFBLAwQUAAAACABFenVd0Z5nVQQAAAACAAAADQAAAHNtYWxsL3ZlcnNpb24z5gIAUEsBAhQDFAAAAAgARXp1XbtzUwt5AQAACgIAAA4AAAAAAAAAAAAAAIABAAAAAHNtYWxsL2RhdGEucGtsUEsBAhQDFAAAAAgARXp1XReQ55ERAAAAGAAAAAwAAAAAAAAAAAAAAIABpQEAAHNtYWxsL2RhdGEvMFBLAQIUAxQAAAAIAEV6dV0XkOeREQAAABgAAAAMAAAAAAAAAAAAAACAAeABAABzbWFsbC9kYXRhLzFQSwECFAMUAAAACABFenVdcNbnbwUAAAAIAAAADAAAAAAAAAAAAAAAgAEbAgAAc21hbGwvZGF0YS8yUEsBAhQDFAAAAAgARXp1XYSpWJAGAAAABAAAAAwAAAAAAAAAAAAAAIABSgIAAHNtYWxsL2RhdGEvM1BLAQIUAxQAAAAIAEV6dV3RnmdVBAAAAAIAAAANAAAAAAAAAAAAAACAAXoCAABzbWFsbC92ZXJzaW9uUEsFBgAAAAAGAAYAXwEAAKkCAAAAAA==";

    // Saved by PyTorch 1.13 from an object whose pickle calls a shell command.
    private const string Hostile = "UEsDBBQAAAAIAEZ6dV3ZyZAuPQAAADwAAAANAAAAZXZpbC9kYXRhLnBrbGtgqi1kiGBkYGBILGRMLsgvzqzgKq4sLknN5SpkihAAipfklyZnKOiX5Bbo55fnpaYUMrcWsgQVshbrAQBQSwMEFAAAAAgARnp1XdGeZ1UEAAAAAgAAAAwAAABldmlsL3ZlcnNpb24z5gIAUEsBAhQDFAAAAAgARnp1XdnJkC49AAAAPAAAAA0AAAAAAAAAAAAAAIABAAAAAGV2aWwvZGF0YS5wa2xQSwECFAMUAAAACABGenVd0Z5nVQQAAAACAAAADAAAAAAAAAAAAAAAgAFoAAAAZXZpbC92ZXJzaW9uUEsFBgAAAAACAAIAdQAAAJYAAAAAAA==";

    private readonly string folder = Directory.CreateTempSubdirectory("roboperception").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void A_state_dictionary_of_PyTorch_is_read_without_executing_it()
    {
        using var scope = NewDisposeScope();
        var tensors = PyTorchFile.Read(Write("small.pth", Convert.FromBase64String(Saved)));
        Assert.Equal(["a.weight", "b.t", "h", "n"], tensors.Keys.Order());
        Assert.Equal([2L, 3], tensors["a.weight"].shape);
        Assert.Equal([0f, 1, 2, 3, 4, 5], tensors["a.weight"].data<float>().ToArray());
        Assert.Equal([3L, 2], tensors["b.t"].shape);
        Assert.Equal([0f, 3, 1, 4, 2, 5], tensors["b.t"].contiguous().data<float>().ToArray());
        Assert.Equal(7, tensors["n"].item<long>());
        Assert.Equal([0.5f, -2], tensors["h"].data<float>().ToArray());
    }

    [Fact]
    public void A_pickle_that_calls_a_command_is_refused_by_the_name_of_the_call()
    {
        var path = Write("hostile.pth", Convert.FromBase64String(Hostile));
        var error = Assert.Throws<UserErrorException>(() => PyTorchFile.Read(path));
        Assert.Contains("posix.system", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ctorch._utils\n_rebuild_tensor_v2\n.", "holds no dictionary")]
    [InlineData("cbuiltins\neval\n)R.", "builtins.eval")]
    [InlineData("(i.", "0x69")]
    [InlineData("}X", "damaged")]
    [InlineData("h\u0001.", "damaged")]
    [InlineData(")R.", "damaged")]
    public void A_wrong_pickle_is_refused(string program, string message)
    {
        var error = Assert.Throws<FormatException>((Action)Read);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);

        void Read()
        {
            var value = new Pickle(Encoding.Latin1.GetBytes(program), id => id, (name, _) => throw new FormatException($"{name.Module}.{name.Name}")).Read();
            throw new FormatException(value is PickleMap ? "a dictionary" : "holds no dictionary");
        }
    }

    [Theory]
    [InlineData("none.pth", null, "does not exist")]
    [InlineData("text.pth", "something else", "cannot be read")]
    public void A_file_that_is_no_archive_is_refused_by_name(string name, string? content, string message)
    {
        var path = content is null ? Path.Combine(folder, name) : Write(name, Encoding.UTF8.GetBytes(content));
        var error = Assert.Throws<UserErrorException>(() => PyTorchFile.Read(path));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.Contains(path, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parameters_reach_the_network_through_prefixes_of_parallel_training()
    {
        using var scope = NewDisposeScope();
        random.manual_seed(1);
        using var source = Small();
        using var target = Small();
        var tensors = source.state_dict()
            .Where(entry => !entry.Key.EndsWith("num_batches_tracked", StringComparison.Ordinal))
            .ToDictionary(entry => "module." + entry.Key, entry => entry.Value);
        StateImport.Fill(target, tensors, "some.pth");
        Assert.All(source.named_parameters().Zip(target.named_parameters()), pair => Assert.True(pair.First.parameter.Equals(pair.Second.parameter), pair.First.name));
    }

    [Fact]
    public void Names_and_shapes_that_do_not_fit_are_named()
    {
        using var scope = NewDisposeScope();
        using var network = Small();
        var tensors = network.state_dict();
        var first = tensors.Keys.First();
        tensors[first] = zeros(1);
        tensors.Remove(tensors.Keys.Last(key => key.EndsWith("bias", StringComparison.Ordinal)), out _);
        tensors["extra"] = zeros(1);
        var error = Assert.Throws<UserErrorException>(() => StateImport.Fill(network, tensors, "some.pth"));
        Assert.Contains("missing '", error.Message, StringComparison.Ordinal);
        Assert.Contains("not in the network 'extra'", error.Message, StringComparison.Ordinal);
        Assert.Contains($"of another shape '{first}'", error.Message, StringComparison.Ordinal);
    }

    private static PerceptionNetwork Small() => PerceptionNetwork.Create(new NetworkSpec(NetworkSpec.Mtan, [2, 2, 2, 2, 2]), TaskDescription.NyuThree);

    private string Write(string name, byte[] content)
    {
        var path = Path.Combine(folder, name);
        File.WriteAllBytes(path, content);
        return path;
    }
}
