using TorchSharp;
using static TorchSharp.torch;

namespace RoboPerception.Training.Optimisation;

/// <summary>
/// Tensors of one type whose values lie behind each other in one buffer: they are views of it, so what is done to the buffer is done to all of them in
/// one operation. They keep their identity; only where their values lie changes.
/// </summary>
internal sealed class FlatTensors : IDisposable
{
    // Of elements: 64 bytes of float32. cuDNN and the vectorised kernels of a GPU refuse a tensor that begins in between ("misaligned address").
    private const long Alignment = 16;
    private readonly long[][] shapes;

    /// <summary>Moves the values of tensors into a new buffer.</summary>
    /// <exception cref="ArgumentException">They differ in type or device, or there are none.</exception>
    public FlatTensors(IReadOnlyList<Tensor> tensors)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        if (tensors.Count == 0 || tensors.Any(tensor => tensor.dtype != tensors[0].dtype || tensor.device.ToString() != tensors[0].device.ToString()))
        {
            throw new ArgumentException("One buffer holds tensors of one type on one device.", nameof(tensors));
        }

        shapes = [.. tensors.Select(tensor => tensor.shape)];
        Offsets = new long[tensors.Count + 1];
        for (var i = 0; i < tensors.Count; i++)
        {
            Offsets[i + 1] = Aligned(Offsets[i] + tensors[i].numel());
        }

        using var noGradients = no_grad();
        using var scope = NewDisposeScope();
        Buffer = zeros([Offsets[^1]], dtype: tensors[0].dtype, device: tensors[0].device).DetachFromDisposeScope();
        for (var i = 0; i < tensors.Count; i++)
        {
            var place = View(Buffer, i);
            place.copy_(tensors[i]);
            tensors[i].set_(place);
        }
    }

    /// <summary>All values.</summary>
    public Tensor Buffer { get; }

    /// <summary>Where each tensor begins; one entry more than there are tensors.</summary>
    public long[] Offsets { get; }

    /// <summary>The part of a buffer laid out like this one that belongs to a tensor, in its shape.</summary>
    public Tensor View(Tensor buffer, int index)
    {
        using var part = buffer.narrow(0, Offsets[index], shapes[index].Aggregate(1L, (count, side) => count * side));
        return part.view(shapes[index]);
    }

    /// <summary>A buffer of zeros laid out like this one.</summary>
    public Tensor Zeros()
    {
        using var noGradients = no_grad();
        return zeros_like(Buffer).DetachFromDisposeScope();
    }

    /// <summary>
    /// Parts of a range of a buffer that a processor's cache holds several of: on a CPU, operations that follow each other on the same part find it there. On
    /// another device the range as a whole.
    /// </summary>
    public static Tensor[] Parts(Tensor buffer, long start, long length)
    {
        const long cached = 1 << 16;
        var part = buffer.device_type == DeviceType.CPU ? cached : Math.Max(length, 1);
        var parts = new List<Tensor>();
        for (long done = 0; done < length; done += part)
        {
            parts.Add(buffer.narrow(0, start + done, Math.Min(part, length - done)).DetachFromDisposeScope());
        }

        return [.. parts];
    }

    private static long Aligned(long offset) => (offset + Alignment - 1) / Alignment * Alignment;

    /// <inheritdoc/>
    public void Dispose() => Buffer.Dispose();
}
