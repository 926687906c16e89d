namespace TorchSharp.Utils;

// One tensor in TorchSharp's own format: LEB128 element type, LEB128 rank, LEB128 sizes, raw little-endian elements.
internal static class TensorFile
{
    internal static void Write(torch.Tensor tensor, BinaryWriter writer)
    {
        WriteNumber(writer, (ulong)tensor.dtype);
        long[] shape = tensor.shape;
        WriteNumber(writer, (ulong)shape.Length);
        foreach (long length in shape)
        {
            WriteNumber(writer, (ulong)length);
        }
        writer.Flush();
        tensor.WriteBytesToStream(writer.BaseStream);
    }

    internal static torch.Tensor Read(BinaryReader reader)
    {
        (torch.ScalarType type, long[] shape) = ReadHead(reader);
        torch.Tensor tensor = torch.empty(shape, type, torch.CPU);
        tensor.ReadBytesFromStream(reader.BaseStream);
        return tensor;
    }

    internal static void ReadInto(torch.Tensor tensor, BinaryReader reader, bool skip)
    {
        (torch.ScalarType type, long[] shape) = ReadHead(reader);
        if (skip)
        {
            Skip(reader.BaseStream, shape.TotalSize() * type.ElementSize());
            return;
        }
        if (type != tensor.dtype)
        {
            throw new ArgumentException($"Mismatched tensor data types while loading: the file holds {type}, the tensor is {tensor.dtype}. Make sure that the model you are loading into is exactly the same as the origin.");
        }
        if (!shape.AsSpan().SequenceEqual(tensor.shape))
        {
            throw new ArgumentException($"Mismatched tensor shape while loading: the file holds [{string.Join(", ", shape)}], the tensor is [{string.Join(", ", tensor.shape)}]. Make sure that the model you are loading into is exactly the same as the origin.");
        }
        tensor.ReadBytesFromStream(reader.BaseStream);
    }

    internal static void Skip(BinaryReader reader)
    {
        (torch.ScalarType type, long[] shape) = ReadHead(reader);
        Skip(reader.BaseStream, shape.TotalSize() * type.ElementSize());
    }

    internal static void WriteNumber(BinaryWriter writer, ulong value)
    {
        while (value >= 0x80)
        {
            writer.Write((byte)(value | 0x80));
            value >>= 7;
        }
        writer.Write((byte)value);
    }

    internal static long ReadNumber(BinaryReader reader)
    {
        ulong value = 0;
        for (int shift = 0; shift < 64; shift += 7)
        {
            byte part = reader.ReadByte();
            value |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80)
            {
                return (long)value;
            }
        }
        throw new FormatException("A number in the state file is longer than 64 bits: the file is damaged or of another format.");
    }

    private static (torch.ScalarType Type, long[] Shape) ReadHead(BinaryReader reader)
    {
        long type = ReadNumber(reader);
        long rank = ReadNumber(reader);
        if (!Enum.IsDefined((torch.ScalarType)type) || rank is < 0 or > 64)
        {
            throw new FormatException($"Element type {type} with {rank} dimensions: the state file is damaged or of another format.");
        }
        long[] shape = new long[rank];
        for (int i = 0; i < shape.Length; i++)
        {
            shape[i] = ReadNumber(reader);
        }
        return ((torch.ScalarType)type, shape);
    }

    private static void Skip(Stream stream, long count)
    {
        byte[] buffer = new byte[(int)Math.Min(count, 1 << 16)];
        while (count > 0)
        {
            int piece = (int)Math.Min(count, buffer.Length);
            stream.ReadExactly(buffer, 0, piece);
            count -= piece;
        }
    }
}
