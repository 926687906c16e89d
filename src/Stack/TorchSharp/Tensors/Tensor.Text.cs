using TorchSharp.Utils;

namespace TorchSharp;

// Loading from a stream and text.
public static partial class torch
{
    public partial class Tensor
    {
        public static Tensor Load(BinaryReader reader) => TensorFile.Read(reader);

        public static Tensor Load(Stream stream)
        {
            using BinaryReader reader = new(stream, System.Text.Encoding.UTF8, leaveOpen: true);
            return TensorFile.Read(reader);
        }

        public override string ToString() => _handle == 0 ? "[invalid]" : $"[{string.Join("x", shape)}], type = {dtype}, device = {device}";
    }
}
