namespace TorchSharp;

internal enum TensorIndexKind
{
    None, Ellipsis, Single, Slice, Bool, Tensor,
}

public static partial class torch
{
    /// <summary>One position of an index expression: a number, a range, a new axis, an ellipsis, a mask or an index tensor.</summary>
    public struct TensorIndex
    {
        public static TensorIndex Ellipsis = new() { Kind = TensorIndexKind.Ellipsis };
        public static TensorIndex None = new() { Kind = TensorIndexKind.None };
        public static TensorIndex Null = new() { Kind = TensorIndexKind.None };
        public static TensorIndex Colon = new() { Kind = TensorIndexKind.Slice };

        internal TensorIndexKind Kind { get; private init; }
        internal long? Start { get; private init; }
        internal long? Stop { get; private init; }
        internal long? Step { get; private init; }
        internal Tensor? Index { get; private init; }

        internal readonly int ConsumedDimensions => Kind switch
        {
            TensorIndexKind.Single or TensorIndexKind.Slice => 1,
            TensorIndexKind.Tensor => Index!.dtype is ScalarType.Bool or ScalarType.Byte ? (int)Index.dim() : 1,
            _ => 0,
        };

        public static TensorIndex Slice(long? start = null, long? stop = null, long? step = null) =>
            new() { Kind = TensorIndexKind.Slice, Start = start, Stop = stop, Step = step };

        public static TensorIndex Slice((int? start, int? end) range) => Slice(range.start, range.end);

        public static TensorIndex Slice(Range range) => Slice(Position(range.Start), End(range.End));

        public static TensorIndex Bool(bool value) => new() { Kind = TensorIndexKind.Bool, Start = value ? 1 : 0 };

        public static TensorIndex Single(long? index) =>
            index is null ? Null : new() { Kind = TensorIndexKind.Single, Start = index };

        public static TensorIndex Tensor(Tensor tensor) => new() { Kind = TensorIndexKind.Tensor, Index = tensor };

        public static implicit operator TensorIndex(long value) => Single(value);

        public static implicit operator TensorIndex((int? start, int? end) range) => Slice(range);

        public static implicit operator TensorIndex(Range range) => Slice(range);

        public static implicit operator TensorIndex(Index index) => Single(Position(index));

        private static long Position(Index index) => index.IsFromEnd ? -index.Value : index.Value;

        private static long? End(Index index) => index is { IsFromEnd: true, Value: 0 } ? null : Position(index);
    }
}
