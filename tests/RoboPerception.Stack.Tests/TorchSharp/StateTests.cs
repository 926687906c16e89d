using System.Text;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace RoboPerception.Stack.Tests.Torch;

/// <summary>TorchSharp's own file format, as documented: LEB128 count, then name, type, rank, sizes and raw elements.</summary>
public sealed class StateTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Saved_bytes_follow_the_documented_format()
    {
        using Linear layer = Linear(2, 1);
        using (no_grad())
        {
            layer.weight.copy_(tensor(new float[] { 1, 2 }, [1, 2]));
            layer.bias!.copy_(tensor(new float[] { 3 }));
        }
        using MemoryStream stream = new();

        layer.save(stream);

        Assert.Equal(Bytes(layer.in_features), stream.ToArray());
    }

    [Fact]
    public void Bytes_written_by_hand_load()
    {
        using Linear layer = Linear(2, 1);

        layer.load(new MemoryStream(Bytes(2)));

        Assert.Equal([1f, 2], layer.weight.detach().data<float>().ToArray());
        Assert.Equal([3f], layer.bias!.detach().data<float>().ToArray());
        Assert.True(layer.weight.requires_grad);
    }

    [Fact]
    public void Large_sizes_take_several_length_bytes()
    {
        using Linear layer = Linear(300, 1, hasBias: false);
        using MemoryStream stream = new();
        layer.save(stream);

        byte[] head = stream.ToArray()[..13];

        Assert.Equal([1, 6, .. "weight"u8, 6, 2, 1, 0xAC, 0x02], head);
        Assert.Equal(13 + (300 * 4), stream.Length);
    }

    [Fact]
    public void A_state_of_another_size_or_shape_is_refused()
    {
        using Linear without = Linear(2, 1, hasBias: false);
        using Linear wider = Linear(3, 1);
        using Linear doubled = Linear(2, 1).to(ScalarType.Float64);

        Assert.Contains("Mismatched state_dict sizes", Assert.Throws<ArgumentException>(() => without.load(new MemoryStream(Bytes(2)))).Message, StringComparison.Ordinal);
        Assert.Contains("shape", Assert.Throws<ArgumentException>(() => wider.load(new MemoryStream(Bytes(2)))).Message, StringComparison.Ordinal);
        Assert.Contains("type", Assert.Throws<ArgumentException>(() => doubled.load(new MemoryStream(Bytes(2)))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_lenient_load_reports_what_it_found()
    {
        using Sequential model = Sequential(("weight", Linear(1, 1)));
        using Linear without = Linear(2, 1, hasBias: false);
        Dictionary<string, bool> loaded = [];

        without.load(new MemoryStream(Bytes(2)), strict: false, loadedParameters: loaded);

        Assert.Equal(new Dictionary<string, bool> { ["weight"] = true }, loaded);
        loaded.Clear();
        model.load(new MemoryStream(Bytes(2)), strict: false, loadedParameters: loaded);
        Assert.False(loaded["weight.weight"]);
    }

    [Fact]
    public void A_truncated_file_is_an_end_of_stream()
    {
        using Linear layer = Linear(2, 1);

        Assert.Throws<EndOfStreamException>(() => layer.load(new MemoryStream(Bytes(2)[..^3])));
        Assert.Throws<FileNotFoundException>(() => layer.load("there-is-no-such-file.dat"));
    }

    [Fact]
    public void A_dictionary_loads_strictly_or_says_what_is_missing()
    {
        using Linear source = Linear(2, 2);
        using Linear target = Linear(2, 2);
        target.load_state_dict(source.state_dict());
        Assert.True(target.weight.Equals(source.weight));

        Dictionary<string, Tensor> partial = new() { ["weight"] = source.weight, ["other"] = source.weight };
        Assert.Throws<InvalidOperationException>(() => target.load_state_dict(partial));
        (IList<string> missing, IList<string> unexpected) = target.load_state_dict(partial, strict: false);
        Assert.Equal(["bias"], missing);
        Assert.Equal(["other"], unexpected);
    }

    [Fact]
    public void A_saved_model_gives_the_same_output()
    {
        using Sequential first = Sequential(Conv2d(3, 4, 3), BatchNorm2d(4), ReLU());
        using Sequential second = Sequential(Conv2d(3, 4, 3), BatchNorm2d(4), ReLU());
        Tensor input = rand(2, 3, 6, 6);
        first.call(input);
        using MemoryStream stream = new();

        first.save(stream);
        stream.Position = 0;
        second.load(stream);
        first.eval();
        second.eval();

        Assert.True(second.call(input).Equals(first.call(input)));
    }

    // A Linear(2, 1) with weight 1, 2 and bias 3.
    private static byte[] Bytes(long inputs)
    {
        using MemoryStream stream = new();
        stream.WriteByte(2);
        stream.WriteByte(6);
        stream.Write(Encoding.UTF8.GetBytes("weight"));
        stream.Write([6, 2, 1, (byte)inputs]);
        stream.Write(BitConverter.GetBytes(1f));
        stream.Write(BitConverter.GetBytes(2f));
        stream.WriteByte(4);
        stream.Write(Encoding.UTF8.GetBytes("bias"));
        stream.Write([6, 1, 1]);
        stream.Write(BitConverter.GetBytes(3f));
        return stream.ToArray();
    }
}
